import "../../i18n/inviting";
import type { Action } from "../../actions/action";
import {
  createInvitation,
  readInvitation,
  renewInvitation,
  revokeInvitation,
} from "../../api/generated/sdk.gen";
import type {
  InvitationRow,
  MadeInvitation,
  NewInvitation,
  OpenInvitation,
} from "../../api/generated/types.gen";
import type { Field } from "../../forms/field";
import { Invited } from "./Invited";
import type { Forms } from "./roles";

/** Where the role of who is invited begins, and the forms of grants. */
interface Place {
  place: string;
  forms?: Forms;
}
/** What the form holds: a role at a place, or none. */
type Filled = Omit<NewInvitation, "roles"> & { role?: string; scope?: string };

const USUAL_DAYS = "3";
const DAYS: Field = {
  id: "days",
  input: "number",
  label: "inviting.days",
  whole: true,
  required: true,
  minimum: 1,
  maximum: 14,
  initial: USUAL_DAYS,
};
// Written here: the schemas of bodies are in one file with those that the first pages need.
const WHO: readonly Field[] = [
  { id: "login", input: "text", label: "login.user", required: true, maxLength: 128 },
  { id: "name", input: "text", label: "setup.name", maxLength: 256 },
  {
    id: "email",
    input: "text",
    label: "inviting.email",
    help: "inviting.emailHint",
    maxLength: 254,
  },
];
const TEAMS: Field = {
  id: "teams",
  input: "lines",
  label: "inviting.teams",
  help: "inviting.teamsHint",
};

/** A link by which somebody makes their own account, with what they get on arrival. */
export const invite: Action<Place, Filled> = {
  id: "invitation.create",
  needs: ["user", "create"],
  verb: "inviting.do",
  title: "inviting.title",
  body: "inviting.body",
  load: async (target) => ({ ...target, forms: await import("./granting") }),
  fields: ({ place, forms }) => [...WHO, ...(forms?.roleFields(place) ?? []), TEAMS, DAYS],
  run: async (_, { role = "", scope = "", ...rest }) =>
    told(await createInvitation({ body: { ...rest, roles: role ? [{ role, scope }] : [] } })),
};

/** What is needed of an invitation to change it. */
type Invitation = Pick<InvitationRow, "key" | "login" | "row_version">;

/** Another link in place of the present one. */
export const renew: Action<Invitation, { days: number }> = {
  id: "invitation.renew",
  needs: ["user", "create"],
  verb: "inviting.renew.do",
  title: "inviting.renew.title",
  body: "inviting.renew.body",
  load: async (target) => {
    const { data } = await readInvitation({ path: { invitation_id: target.key } });
    return { ...target, row_version: data.row_version };
  },
  fields: [DAYS],
  run: async ({ key, row_version }, body) => {
    const headers = { "If-Match": `"${row_version}"` };
    return told(await renewInvitation({ path: { invitation_id: key }, headers, body }));
  },
  onto: (target, current) => ({
    ...target,
    row_version: (current as OpenInvitation).row_version,
  }),
};

/** No link any more. */
export const revoke: Action<Invitation> = {
  id: "invitation.revoke",
  needs: ["user", "create"],
  verb: "inviting.revoke.do",
  title: "inviting.revoke.title",
  body: "inviting.revoke.body",
  danger: true,
  final: true,
  run: ({ key }) => revokeInvitation({ path: { invitation_id: key } }),
};

const told = ({ data, requestId }: { data: MadeInvitation; requestId: string }) => ({
  requestId,
  href: `/access/invitations?${new URLSearchParams({ row: data.id })}`,
  told: <Invited made={data} />,
});
