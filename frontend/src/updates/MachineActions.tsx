import { ActionButton } from "../actions/ActionHost";
import type { InstanceView } from "../api/generated/types.gen";
import { seenOf } from "./edited";
import { editMachine, forgetMachine, retryMachine } from "./machines";

export interface MachineActionsProps {
  /** The update service's id of the machine. */
  instance: string;
  name: string;
  /** Its last update failed. */
  failed: boolean;
}

/** What can be done with a machine that asks for updates, as far as the viewer may. */
export function MachineActions({ instance, name, failed }: MachineActionsProps) {
  const target = seenOf<InstanceView>(instance);
  return (
    <div className="cr-actions">
      {failed && <ActionButton action={retryMachine} target={target} name={name} />}
      <ActionButton action={editMachine} target={target} name={name} />
      <ActionButton action={forgetMachine} target={target} name={name} variant="danger" />
    </div>
  );
}
