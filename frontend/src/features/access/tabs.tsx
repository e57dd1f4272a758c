import type { TFunction } from "i18next";
import { ActionButton } from "../../actions/ActionHost";
import type { InvitationRow, Row } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { deviceOf } from "../../format/device";
import { part, usePart } from "../../overlay/part";
import type { AccessTab } from "./AccessPage";
import { AddProvider } from "./AddProvider";
import { AddRole } from "./AddRole";
import { BindingsBulk, PeopleBulk, ServicesBulk, SessionsBulk, TokensBulk } from "./BulkActions";
import { Ends } from "./Ends";
import { addPerson } from "./people";
import { BindingActions, GrantButton, InviteButton, PersonActions } from "./RowActions";
import { ServicePanel } from "./ServicePanel";
import { addService } from "./services";
import { TeamPanel } from "./TeamPanel";
import { SessionActions, TokenActions } from "./TokenActions";
import { addTeam } from "./teams";

const requestPanel = part(async () => (await import("./RequestPanel")).RequestPanel);

/** A request for access; what is shown beside it is fetched with the first. */
function Request({ row }: { row: Row }) {
  const Panel = usePart(requestPanel, true);
  return Panel && <Panel request={rowOf("access-requests", row)} />;
}

const invitationPanel = part(async () => (await import("./InvitationPanel")).InvitationPanel);

function Invitation({ row }: { row: Row }) {
  const Panel = usePart(invitationPanel, true);
  return Panel && <Panel invitation={rowOf("invitations", row)} />;
}

/** What was taken up or taken back has its end behind it. */
function InvitationEnds({ invitation: { state, expires } }: { invitation: InvitationRow }) {
  const closed = state === "Completed" || state === "Withdrawn";
  return closed ? <span className="cr-none">–</span> : <Ends at={expires} />;
}

/** The lists of the page, in the order of its tabs. */
export const TABS = (t: TFunction): readonly AccessTab[] => [
  {
    id: "users",
    sentence: t("access.sentence"),
    panel: (row) => <PersonActions person={rowOf("users", row)} />,
    bulk: (ticked) => <PeopleBulk {...ticked} />,
    actions: (
      <>
        <InviteButton />
        <ActionButton action={addPerson} target={null} name="" />
      </>
    ),
  },
  {
    id: "invitations",
    sentence: t("inviting.sentence"),
    empty: t("inviting.empty"),
    panel: (row) => <Invitation row={row} />,
    actions: <InviteButton />,
    renderers: { expires: (row) => <InvitationEnds invitation={rowOf("invitations", row)} /> },
  },
  {
    id: "teams",
    sentence: t("access.teamsSentence"),
    empty: t("access.empty.teams"),
    panel: (row) => <TeamPanel team={rowOf("teams", row)} />,
    actions: <ActionButton action={addTeam} target={null} name="" />,
  },
  {
    id: "service-accounts",
    sentence: t("access.servicesSentence"),
    empty: t("access.empty.services"),
    panel: (row) => <ServicePanel account={rowOf("service-accounts", row)} />,
    bulk: (ticked) => <ServicesBulk {...ticked} />,
    actions: <ActionButton action={addService} target={null} name="" />,
  },
  {
    id: "access-requests",
    empty: t("ask.empty"),
    panel: (row) => <Request row={row} />,
  },
  {
    id: "bindings",
    sentence: t("access.bindingsSentence"),
    panel: (row) => <BindingActions binding={rowOf("bindings", row)} />,
    bulk: (ticked) => <BindingsBulk {...ticked} />,
    actions: <GrantButton />,
    renderers: { expires: (row) => <Ends at={rowOf("bindings", row).expires} /> },
  },
  { id: "roles", sentence: t("access.rolesSentence"), actions: <AddRole /> },
  {
    id: "tokens",
    sentence: t("access.tokensSentence"),
    empty: t("access.empty.tokens"),
    panel: (row) => <TokenActions token={rowOf("tokens", row)} />,
    bulk: (ticked) => <TokensBulk {...ticked} />,
  },
  {
    id: "sessions",
    sentence: t("access.sessionsSentence"),
    panel: (row) => <SessionActions session={rowOf("sessions", row)} />,
    bulk: (ticked) => <SessionsBulk {...ticked} />,
    renderers: {
      agent: (row) => (
        <span title={String(row.agent)} translate="no">
          {deviceOf(String(row.agent))}
        </span>
      ),
    },
  },
  {
    id: "identity-providers",
    sentence: t("providers.sentence"),
    empty: t("access.empty.providers"),
    actions: <AddProvider />,
  },
];
