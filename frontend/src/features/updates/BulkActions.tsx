import { BulkButton, type BulkProps } from "../../actions/BulkButton";
import { MachinesBulk } from "../../updates/MachinesBulk";
import {
  pauseRollouts,
  removeChannels,
  removePackages,
  removePayloads,
  resumeRollouts,
  switchGroupsOff,
  switchGroupsOn,
} from "./many";
import type { Table } from "./tables";

/** What can be done with several rows of one of the page's tables, as far as the viewer may. */
export function BulkActions({ table, ...ticked }: BulkProps & { table: Table }) {
  switch (table) {
    case "instances":
      return <MachinesBulk {...ticked} />;
    case "groups":
      return (
        <>
          <BulkButton action={switchGroupsOn} things="updates.things.groups" {...ticked} />
          <BulkButton action={switchGroupsOff} things="updates.things.groups" {...ticked} />
        </>
      );
    case "rollouts":
      return (
        <>
          <BulkButton action={pauseRollouts} things="updates.things.rollouts" {...ticked} />
          <BulkButton action={resumeRollouts} things="updates.things.rollouts" {...ticked} />
        </>
      );
    case "channels":
      return <BulkButton action={removeChannels} things="updates.things.channels" {...ticked} />;
    case "packages":
      return <BulkButton action={removePackages} things="updates.things.packages" {...ticked} />;
    case "payloads":
      return <BulkButton action={removePayloads} things="updates.things.payloads" {...ticked} />;
    default:
      return null;
  }
}
