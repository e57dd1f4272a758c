import "../../i18n/later";
import { ActionButton } from "../../actions/ActionHost";
import type { BindingRow, UserRow } from "../../api/generated/types.gen";
import { useSession } from "../../session/session";
import { HeldRoles } from "./HeldRoles";
import { removePerson, switchOff, switchOn } from "./people";
import { removeFactors, resetPassword } from "./resetting";
import { grantRole, takeRole } from "./roles";

/** What can be done with an account, as far as the viewer may, and what it may do. */
export function PersonActions({ person }: { person: UserRow }) {
  const organisation = useSession()?.organisation ?? "";
  const { login } = person;
  return (
    <>
      <div className="cr-actions">
        <ActionButton action={grantRole} target={{ subject: login, organisation }} name={login} />
        <ActionButton
          action={person.disabled ? switchOn : switchOff}
          target={person}
          name={login}
        />
        <ActionButton action={resetPassword} target={person} name={login} />
        <ActionButton action={removeFactors} target={person} name={login} />
        <ActionButton action={removePerson} target={person} name={login} variant="danger" />
      </div>
      <HeldRoles subject={login} kind="user" />
    </>
  );
}

/** What can be done with a role somebody holds. */
export function BindingActions({ binding }: { binding: BindingRow }) {
  return (
    <div className="cr-actions">
      <ActionButton
        action={takeRole}
        target={binding}
        name={`${binding.subject}: ${binding.role}`}
      />
    </div>
  );
}
