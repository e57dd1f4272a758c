import "../../i18n/later";
import { ActionButton } from "../../actions/ActionHost";
import type { BindingRow, UserRow } from "../../api/generated/types.gen";
import { HeldRoles } from "./HeldRoles";
import { invite } from "./invitations";
import { removePerson, switchOff, switchOn } from "./people";
import { removeFactors, resetPassword } from "./resetting";
import { changeGrant, grantAnybody, grantRole, takeRole, usePlace } from "./roles";

/** What can be done with an account, as far as the viewer may, and what it may do. */
export function PersonActions({ person }: { person: UserRow }) {
  const place = usePlace();
  const { login } = person;
  return (
    <>
      <div className="cr-actions">
        <ActionButton action={grantRole} target={{ subject: login, place }} name={login} />
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
  const name = `${binding.subject}: ${binding.role}`;
  return (
    <div className="cr-actions">
      <ActionButton action={changeGrant} target={binding} name={name} />
      <ActionButton action={takeRole} target={binding} name={name} />
    </div>
  );
}

/** Invites somebody, to a role where the viewer's own begins. */
export function InviteButton() {
  return <ActionButton action={invite} target={{ place: usePlace() }} name="" />;
}

/** Gives a role to whoever is named. */
export function GrantButton() {
  const target = { subject: "", place: usePlace() };
  return <ActionButton action={grantAnybody} target={target} name="" />;
}
