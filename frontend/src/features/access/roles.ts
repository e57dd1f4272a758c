import type { Action, Done } from "../../actions/action";
import { newBindingBody } from "../../api/generated/bodies.gen";
import { createBinding, deleteBinding } from "../../api/generated/sdk.gen";
import type { BindingRow, NewBinding } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";

/** Whom a role is given to, and the whole organisation's scope. */
interface Receiver {
  subject: string;
  /** A person, unless told. */
  kind?: NonNullable<NewBinding["subject_kind"]>;
  organisation: string;
  /** Whose things it is about, where it belongs to a team. */
  team?: string;
}

const ROLES = ["viewer", "operator", "owner"].map((value) => ({ value }));

/** Gives a role at a scope; `subject` of the target fills the form. */
export const grantRole: Action<Receiver, Omit<NewBinding, "subject">> = {
  id: "binding.create",
  needs: ["binding", "create"],
  verb: "access.grant.do",
  title: "access.grant.title",
  body: "access.grant.body",
  draft: ({ kind, subject }) => `${kind} ${subject}`,
  fields: ({ organisation, team }) =>
    fieldsOf(newBindingBody, {
      role: { label: "access.grant.role", options: ROLES, initial: "viewer" },
      scope: {
        label: "access.grant.scope",
        help: "access.grant.scopeHint",
        initial: team ? `org/${organisation}/team/${team}` : `org/${organisation}`,
      },
      reason: { label: "access.grant.reason" },
    }),
  run: ({ subject, kind = "user" }, body) => grant({ ...body, subject, subject_kind: kind }),
};

/** Takes a role away again; undone by giving the same one. */
export const takeRole: Action<BindingRow> = {
  id: "binding.delete",
  needs: ["binding", "delete"],
  verb: "access.take.do",
  title: "access.take.title",
  body: "access.take.body",
  danger: true,
  run: async ({ key, subject, subject_kind, role, scope, expires, reason }) => {
    const { requestId } = await deleteBinding({ path: { binding_id: key } });
    const kind = subject_kind as NonNullable<NewBinding["subject_kind"]>;
    return {
      requestId,
      undo: () => grant({ subject, subject_kind: kind, role, scope, expires, reason }),
    };
  },
};

async function grant(body: NewBinding): Promise<Done> {
  const { data, requestId } = await createBinding({ body });
  return {
    requestId,
    href: `/access/bindings?row=${encodeURIComponent(data.id)}`,
    undo: () => deleteBinding({ path: { binding_id: data.id } }),
  };
}
