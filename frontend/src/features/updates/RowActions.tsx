import { ActionButton } from "../../actions/ActionHost";
import type {
  ApplicationRow,
  ApplicationView,
  ChannelRow,
  ChannelView,
  FileView,
  GroupRow,
  GroupView,
  PackageRow,
  PackageView,
  RegisteredMirrorView,
  RolloutRow,
  RolloutView,
  Row,
} from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { seenOf } from "../../updates/edited";
import { MachineActions } from "../../updates/MachineActions";
import { editApplication, removeApplication } from "./applications";
import { addChannel, addFloor, editChannel, removeChannel, removeFloor } from "./channels";
import { addGroup, editGroup, removeGroup, rollBack, switchOff, switchOn } from "./groups";
import { registerMirror, renameMirror, unregisterMirror } from "./mirrors";
import { addPackage, editPackage, importRelease, removePackage } from "./packages";
import { packPayload, removePayload } from "./payloads";
import { setPolicy } from "./policy";
import { abortRollout, pauseRollout, resumeRollout, retryRollout } from "./rollouts";
import type { Table } from "./tables";

/** What can be done with a row of the update service, as far as the viewer may. */
export function RowActions({ table, row }: { table: Table; row: Row }) {
  switch (table) {
    case "applications":
      return <OfApplication row={rowOf("applications", row)} />;
    case "groups":
      return <OfGroup row={rowOf("groups", row)} />;
    case "channels":
      return <OfChannel row={rowOf("channels", row)} />;
    case "packages":
      return <OfPackage row={rowOf("packages", row)} />;
    case "rollouts":
      return <OfRollout row={rowOf("rollouts", row)} />;
    case "instances": {
      const { key, name, machine_id: id, status } = rowOf("instances", row);
      return <MachineActions instance={key} name={name || id} failed={status === "error"} />;
    }
    case "payloads": {
      const { key, name } = rowOf("payloads", row);
      return (
        <div className="cr-actions">
          <ActionButton action={packPayload} target={seenOf<FileView>(key)} name={name} />
          <ActionButton
            action={removePayload}
            target={seenOf<FileView>(key)}
            name={name}
            variant="danger"
          />
        </div>
      );
    }
    case "mirrors": {
      const { registered, name } = rowOf("mirrors", row);
      if (!registered) return null;
      const target = seenOf<RegisteredMirrorView>(registered);
      return (
        <div className="cr-actions">
          <ActionButton action={renameMirror} target={target} name={name} />
          <ActionButton action={unregisterMirror} target={target} name={name} variant="danger" />
        </div>
      );
    }
    default:
      return null;
  }
}

function OfApplication({ row: { key, name } }: { row: ApplicationRow }) {
  const target = seenOf<ApplicationView>(key);
  return (
    <div className="cr-actions">
      <ActionButton action={addGroup} target={key} name={name} />
      <ActionButton action={addChannel} target={key} name={name} />
      <ActionButton action={addPackage} target={key} name={name} />
      <ActionButton action={importRelease} target={key} name={name} />
      <ActionButton action={registerMirror} target={key} name={name} />
      <ActionButton action={editApplication} target={target} name={name} />
      <ActionButton action={removeApplication} target={target} name={name} variant="danger" />
    </div>
  );
}

function OfGroup({ row: { key, name, updates } }: { row: GroupRow }) {
  const target = seenOf<GroupView>(key);
  return (
    <div className="cr-actions">
      <ActionButton action={updates === "on" ? switchOff : switchOn} target={target} name={name} />
      <ActionButton action={setPolicy} target={target} name={name} />
      <ActionButton action={editGroup} target={target} name={name} />
      <ActionButton action={rollBack} target={target} name={name} />
      <ActionButton
        action={removeGroup}
        target={{ ...target, deletion: null }}
        name={name}
        variant="danger"
      />
    </div>
  );
}

function OfChannel({ row: { key, name, floors } }: { row: ChannelRow }) {
  const target = seenOf<ChannelView>(key);
  return (
    <div className="cr-actions">
      <ActionButton action={editChannel} target={target} name={name} />
      <ActionButton action={addFloor} target={target} name={name} />
      {floors > 0 && <ActionButton action={removeFloor} target={target} name={name} />}
      <ActionButton action={removeChannel} target={target} name={name} variant="danger" />
    </div>
  );
}

function OfPackage({ row: { key, release } }: { row: PackageRow }) {
  const target = seenOf<PackageView>(key);
  return (
    <div className="cr-actions">
      <ActionButton action={editPackage} target={target} name={release} />
      <ActionButton action={removePackage} target={target} name={release} variant="danger" />
    </div>
  );
}

function OfRollout({ row }: { row: RolloutRow }) {
  if (!row.current) return null;
  const { state, failed } = row;
  const target = seenOf<RolloutView>(row.key);
  const name = `${row.group}: ${row.release}`;
  return (
    <div className="cr-actions">
      {state === "active" && <ActionButton action={pauseRollout} target={target} name={name} />}
      {(state === "paused" || state === "braked") && (
        <ActionButton action={resumeRollout} target={target} name={name} />
      )}
      {failed > 0 && <ActionButton action={retryRollout} target={target} name={name} />}
      {state !== "aborted" && (
        <ActionButton action={abortRollout} target={target} name={name} variant="danger" />
      )}
    </div>
  );
}
