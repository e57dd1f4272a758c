import { ActionButton } from "../../actions/ActionHost";
import { addRole } from "./roleCreation";

/** Makes a role; its page is where its rights are chosen. */
export function AddRole() {
  return <ActionButton action={addRole} target={null} name="" />;
}
