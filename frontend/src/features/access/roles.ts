import type { Action, Done } from "../../actions/action";
import { changeBinding, createBinding, deleteBinding } from "../../api/generated/sdk.gen";
import type {
  BindingChange,
  BindingRow,
  BindingView,
  NewBinding,
} from "../../api/generated/types.gen";
import type { Texts } from "../../forms/field";
import { useSession } from "../../session/session";
import type { EndChosen } from "./ends";
import type { Granted } from "./granting";

/** The forms of grants, fetched with the first of their dialogues. */
export type Forms = typeof import("./granting");

/** Whom a role is given to, and where that may be. */
interface Receiver {
  /** Nobody yet: the form asks. */
  subject: string;
  /** A person, unless told. */
  kind?: NonNullable<NewBinding["subject_kind"]>;
  place: string;
  forms?: Forms;
}

/** Where a grant of the viewer's begins: the organisation, or the first place they hold a role. */
export function usePlace(): string {
  const session = useSession();
  const whole = `org/${session?.organisation ?? ""}`;
  const scopes = session?.roles.map(({ scope }) => scope) ?? [];
  return scopes.includes(whole) ? whole : (scopes[0] ?? whole);
}

/** Gives a role at a scope, for a time; `subject` of the target fills the form. */
export const grantRole: Action<Receiver, Granted> = {
  id: "binding.create",
  needs: ["binding", "create"],
  verb: "access.grant.do",
  title: "access.grant.title",
  body: "access.grant.body",
  draft: ({ kind, subject }) => `${kind} ${subject}`,
  load: async (receiver) => ({ ...receiver, forms: await import("./granting") }),
  fields: (receiver, texts: Texts) =>
    receiver.forms?.grantFields(receiver.place, texts, receiver.subject !== "") ?? [],
  rehearse: {
    verb: "access.grant.preview",
    run: (receiver, body) => formsOf(receiver).previewOf(bindingOf(receiver, body)),
  },
  run: (receiver, body) => grant(bindingOf(receiver, body)),
};

/** The same to whoever is named in the form. */
export const grantAnybody: Action<Receiver, Granted> = {
  ...grantRole,
  id: "binding.grant",
  title: "access.grant.any",
};

function bindingOf(receiver: Receiver, body: Granted): NewBinding {
  const { subject, kind = "user" } = receiver;
  const named = subject ? { ...body, subject, subject_kind: kind } : body;
  return formsOf(receiver).bindingOf(named);
}

export function formsOf({ forms }: { forms?: Forms }): Forms {
  if (!forms) throw new Error("the form is not loaded");
  return forms;
}

/** What is needed of a grant to change it. */
type Held = Pick<BindingRow, "key" | "expires" | "reason" | "row_version"> & { forms?: Forms };

/** Has a role end at another time, or says why it is given. */
export const changeGrant: Action<Held, EndChosen & { reason?: string }> = {
  id: "binding.update",
  needs: ["binding", "update"],
  verb: "access.grant.change",
  title: "access.grant.changeTitle",
  body: "access.grant.changeBody",
  load: async (held) => ({ ...held, forms: await import("./granting") }),
  before: (held) => formsOf(held).heldAs(held),
  fields: (held, texts: Texts) => held.forms?.changeFields(texts, held) ?? [],
  run: (held, body) => change(held, formsOf(held).changeOf(body)),
  onto: ({ forms }, current) => ({
    ...heldOf(current as BindingView),
    ...(forms ? { forms } : {}),
  }),
};

async function change(held: Held, body: BindingChange): Promise<Done> {
  const { data, requestId } = await sendChange(held, body);
  const { expires, reason } = held;
  const undo = async (): Promise<Done> => sendChange(heldOf(data), { expires, reason });
  return { requestId, undo };
}

async function sendChange({ key, row_version }: Held, body: BindingChange) {
  const headers = { "If-Match": `"${row_version}"` };
  return changeBinding({ path: { binding_id: key }, headers, body });
}

const heldOf = ({ id, expires, reason, row_version }: BindingView): Held => ({
  key: id,
  expires,
  reason,
  row_version,
});

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

/** Gives it, and undoes that by taking it away. */
export async function grant(body: NewBinding): Promise<Done> {
  const { data, requestId } = await createBinding({ body });
  return {
    requestId,
    href: `/access/bindings?row=${encodeURIComponent(data.id)}`,
    undo: () => deleteBinding({ path: { binding_id: data.id } }),
  };
}
