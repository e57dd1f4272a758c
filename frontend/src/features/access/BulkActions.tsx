import { BulkButton, type BulkProps } from "../../actions/BulkButton";
import { removePeople, switchPeopleOff, switchPeopleOn, takeRoles } from "./many";

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
