import { BulkButton, type BulkProps } from "../actions/BulkButton";
import { forgetMachines, hideMachines, moveMachines, retryMachines } from "./manyMachines";

/** What can be done with several machines that ask for updates, as far as the viewer may. */
export function MachinesBulk({ rows, drop }: BulkProps) {
  const common = { rows, drop, things: "updates.things.instances" } as const;
  return (
    <>
      <BulkButton action={moveMachines} {...common} />
      <BulkButton action={retryMachines} {...common} />
      <BulkButton action={hideMachines} {...common} />
      <BulkButton action={forgetMachines} {...common} />
    </>
  );
}
