import { BulkButton, type BulkProps } from "../../actions/BulkButton";
import {
  endSessions,
  removePeople,
  revokeTokens,
  servicesOff,
  servicesOn,
  switchPeopleOff,
  switchPeopleOn,
  takeRoles,
} from "./many";

/** What can be done with several accounts, as far as the viewer may. */
export function PeopleBulk(ticked: BulkProps) {
  return (
    <>
      <BulkButton action={switchPeopleOff} things="access.things.people" {...ticked} />
      <BulkButton action={switchPeopleOn} things="access.things.people" {...ticked} />
      <BulkButton action={removePeople} things="access.things.people" {...ticked} />
    </>
  );
}

/** What can be done with several roles that are held. */
export function BindingsBulk(ticked: BulkProps) {
  return <BulkButton action={takeRoles} things="access.things.roles" {...ticked} />;
}

/** What can be done with several service accounts. */
export function ServicesBulk(ticked: BulkProps) {
  return (
    <>
      <BulkButton action={servicesOff} things="access.things.services" {...ticked} />
      <BulkButton action={servicesOn} things="access.things.services" {...ticked} />
    </>
  );
}

/** What can be done with several tokens. */
export function TokensBulk(ticked: BulkProps) {
  return <BulkButton action={revokeTokens} things="access.things.tokens" {...ticked} />;
}

/** What can be done with several sessions. */
export function SessionsBulk(ticked: BulkProps) {
  return <BulkButton action={endSessions} things="access.things.sessions" {...ticked} />;
}
