import type { Action, Effect } from "../../actions/action";
import { changeRole, deleteRole, readRole, readRoleImpact } from "../../api/generated/sdk.gen";
import type { RightKind, RoleChange, RoleView } from "../../api/generated/types.gen";
import type { Field } from "../../forms/field";
import { inAreas } from "./areas";
import { RoleImpactNotice } from "./RoleImpactNotice";

/** A role, and every kind of thing there are rights on. */
export interface RoleOfKinds {
  role: RoleView;
  kinds: readonly RightKind[];
}

/** What nothing in this release knows stands beside the kinds. */
const IDLE = "idle";
type Chosen = Record<string, string[]>;

/** Another title, other rights; what that grants or takes and from whom is told before. */
export const editRole: Action<RoleOfKinds, { title?: string; rights?: Chosen }> = {
  id: "role.update",
  needs: ["role", "update"],
  verb: "access.role.edit.do",
  title: "access.role.edit.title",
  draft: ({ role }) => role.id,
  before: ({ role }) => ({ title: role.title, rights: chosenOf(role) }),
  fields: ({ role, kinds }) => [
    { id: "title", input: "text", label: "access.role.title", maxLength: 256 },
    ...rightsFields(role, kinds),
  ],
  rehearse: {
    verb: "access.role.impact.do",
    first: true,
    run: async ({ role }, { rights = {} }) => {
      const body = { rights: rightsOf(rights) };
      const { data } = await readRoleImpact({ path: { role_id: role.id }, body });
      return { shown: <RoleImpactNotice told={data} /> };
    },
  },
  run: async ({ role, kinds }, { title, rights }) => {
    const change = {
      ...(title === undefined ? {} : { title }),
      ...(rights === undefined ? {} : { rights: rightsOf(rights) }),
    };
    const { data, requestId } = await send(role, change);
    return { requestId, now: { role: data, kinds } };
  },
  onto: ({ kinds }, current) => ({ role: current as RoleView, kinds }),
};

async function send({ id, row_version }: RoleView, body: RoleChange) {
  const headers = { "If-Match": `"${row_version}"` };
  return changeRole({ path: { role_id: id }, headers, body });
}

function rightsFields(role: RoleView, kinds: readonly RightKind[]): readonly Field[] {
  const fields = inAreas(kinds, ({ verbs }) => verbs).flatMap((area) =>
    area.kinds.map(
      ({ kind, title, verbs }, place): Field => ({
        id: `rights.${kind}`,
        input: "checks",
        title,
        options: verbs.map((value) => ({ value })),
        ...(place === 0 ? { heading: area.title } : {}),
      }),
    ),
  );
  if (role.idle.length === 0) return fields;
  const idle: Field = {
    id: `rights.${IDLE}`,
    input: "lines",
    label: "access.role.idle",
    help: "access.role.idleHint",
  };
  return [...fields, idle];
}

/** The verbs of each kind that the role has. */
function chosenOf({ rights, idle }: RoleView): Chosen {
  const chosen: Chosen = { [IDLE]: idle };
  for (const right of rights) {
    const [kind = "", verb = ""] = right.split(":");
    chosen[kind] = [...(chosen[kind] ?? []), verb];
  }
  return chosen;
}

const rightsOf = ({ [IDLE]: idle = [], ...kinds }: Chosen): string[] => [
  ...Object.entries(kinds).flatMap(([kind, verbs]) => verbs.map((verb) => `${kind}:${verb}`)),
  ...idle,
];

/** Gone, and taken from everybody who holds it. */
export const removeRole: Action<RoleView> = {
  id: "role.delete",
  final: true,
  needs: ["role", "delete"],
  verb: "access.remove.do",
  title: "access.remove.title",
  body: "access.role.remove",
  danger: true,
  typeName: true,
  goes: true,
  load: async ({ id }) => (await readRole({ path: { role_id: id } })).data,
  effects: async ({ id }): Promise<Effect[]> => {
    const body = { rights: [] };
    const { data } = await readRoleImpact({ path: { role_id: id }, body });
    const count = data.holders_total + data.hidden;
    return count > 0 ? [{ count, what: "role bindings", href: heldHref(id) }] : [];
  },
  run: async ({ id, row_version }) => {
    const headers = { "If-Match": `"${row_version}"` };
    const { requestId } = await deleteRole({ path: { role_id: id }, headers });
    return { requestId, href: "/access/roles" };
  },
  onto: (_, current) => current as RoleView,
};

/** Who holds the role, in the list of all that is held. */
export const heldHref = (role: string) =>
  `/access/bindings?${new URLSearchParams({ filter: `role=${JSON.stringify(role)}` })}`;
