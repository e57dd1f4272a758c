import type { Action } from "../../actions/action";
import { createRole } from "../../api/generated/sdk.gen";
import type { NewRole, RoleView } from "../../api/generated/types.gen";
import type { Field } from "../../forms/field";
import { segment } from "../../pages/page";

// Written here: the schemas of bodies are in one file with those that the first pages need.
const named = (id: string, title: string): readonly Field[] => [
  {
    id: "id",
    input: "text",
    label: "access.role.name",
    help: "access.role.nameHint",
    required: true,
    maxLength: 63,
    pattern: "^[a-z0-9][a-z0-9-]{1,62}$",
    initial: id,
  },
  {
    id: "title",
    input: "text",
    label: "access.role.title",
    help: "access.role.titleHint",
    maxLength: 256,
    initial: title,
  },
];

type Named = Pick<NewRole, "id" | "title">;

/** A role without rights: its page is where they are chosen. */
export const addRole: Action<null, Named> = {
  id: "role.create",
  needs: ["role", "create"],
  verb: "access.role.add.do",
  title: "access.role.add.title",
  body: "access.role.add.body",
  goes: true,
  fields: named("", ""),
  run: (_, body) => made({ ...body, rights: [] }),
};

/** Another role of the same rights. */
export const copyRole: Action<RoleView, Named> = {
  id: "role.copy",
  needs: ["role", "create"],
  verb: "access.role.copy.do",
  title: "access.role.copy.title",
  body: "access.role.copy.body",
  goes: true,
  fields: ({ id, title }) => named(`${id}-copy`.slice(0, 63), title),
  run: ({ rights, idle }, body) => made({ ...body, rights: [...rights, ...idle] }),
};

async function made(body: NewRole) {
  const { data, requestId } = await createRole({ body });
  return { requestId, href: `/access/roles/${segment(data.id)}` };
}
