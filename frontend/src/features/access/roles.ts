import type { Action, Done } from "../../actions/action";
import { createBinding, deleteBinding } from "../../api/generated/sdk.gen";
import type { BindingRow, NewBinding } from "../../api/generated/types.gen";

/** Gives a role at a scope; `subject` of the target fills the form. */
export const grantRole: Action<{ subject: string; organisation: string }> = {
  id: "binding.create",
  needs: ["binding", "create"],
  verb: "access.grant.do",
  title: "access.grant.title",
  body: "access.grant.body",
  fields: [
    { id: "role", label: "access.grant.role", choices: ["viewer", "operator", "owner"] },
    { id: "scope", label: "access.grant.scope", help: "access.grant.scopeHint" },
    { id: "reason", label: "access.grant.reason" },
  ],
  run: async ({ subject, organisation }, { role = "", scope = "", reason = "" }) =>
    grant({ subject, role, scope: scope || `org/${organisation}`, reason }),
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
