import "../i18n/asking";
import type { Action } from "../actions/action";
import { createAccessRequest, listKinds, withdrawAccessRequest } from "../api/generated/sdk.gen";
import type { AccessRequestView } from "../api/generated/types.gen";
import type { Field } from "../forms/field";
import { LENGTHS, type Length, USUAL } from "./lengths";

/** What somebody lacks, as far as the page knows it, and where. */
export interface Lacking {
  kind: string;
  verb: string;
  place: string;
}

/** What the form of a request holds. */
interface Asked {
  kind: string;
  verb: string;
  scope: string;
  role?: string;
  reason: string;
  length: Length;
}

const CHOICES = (Object.keys(LENGTHS) as Length[]).map((value) => ({
  value,
  label: `ask.length.${value}` as const,
}));

const fields = ({ kind, verb, place }: Lacking): readonly Field[] => [
  {
    id: "kind",
    input: "choice",
    label: "access.why.kind",
    required: true,
    initial: kind,
    clears: ["verb"],
    options: async () =>
      (await listKinds()).data.map(({ kind: value, title }) => ({ value, title })),
  },
  {
    id: "verb",
    input: "choice",
    label: "access.why.verb",
    required: true,
    initial: verb,
    options: async (texts) =>
      ((await listKinds()).data.find((one) => one.kind === texts.kind)?.verbs ?? []).map(
        (value) => ({ value }),
      ),
  },
  {
    id: "scope",
    input: "text",
    label: "access.why.scope",
    help: "access.grant.scopeHint",
    required: true,
    maxLength: 512,
    initial: place,
  },
  { id: "reason", input: "text", label: "ask.reason", required: true, maxLength: 512 },
  {
    id: "length",
    input: "choice",
    label: "ask.for",
    required: true,
    initial: USUAL,
    options: CHOICES,
  },
  { id: "role", input: "text", label: "ask.role", help: "ask.roleHelp", maxLength: 64, rare: true },
];

/** Asks whoever may grant it for what somebody lacks. */
export const askAccess: Action<Lacking, Asked> = {
  id: "access-request.create",
  needs: null,
  verb: "ask.do",
  title: "ask.title",
  body: "ask.body",
  draft: ({ kind, verb, place }) => `${kind}:${verb} ${place}`,
  fields,
  run: async (_, { kind, verb, scope, role = "", reason, length }) => {
    const body = { wanted: `${kind}:${verb}`, scope, role, reason, seconds: LENGTHS[length] };
    const { requestId } = await createAccessRequest({ body });
    return { requestId, href: "/profile/requests" };
  },
};

/** Takes back what one asked for oneself. */
export const withdrawRequest: Action<AccessRequestView> = {
  id: "access-request.withdraw",
  needs: null,
  verb: "ask.withdraw.do",
  title: "ask.withdraw.title",
  final: true,
  run: ({ id }) => withdrawAccessRequest({ path: { request_id: id } }),
};

/** What a request is for, in a few words: the role, where one is named, or else the right. */
export const wish = ({ role, wanted }: Pick<AccessRequestView, "role" | "wanted">) =>
  role || wanted.replace(":", ": ");
