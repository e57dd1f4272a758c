import "../i18n/later";
import type { Action, Done } from "../actions/action";
import { createToken, revokeToken, rotateToken, tokenChoices } from "../api/generated/sdk.gen";
import type { TokenChoices } from "../api/generated/types.gen";
import type { Field, Texts } from "../forms/field";
import type { Right } from "../pages/page";
import { daysField, made, OVERLAP } from "./making";

/** Whose token it is to be: a service account's by its id, or one's own. */
export interface TokenOwner {
  service: string | null;
  choices?: TokenChoices;
}

/** What is asked of a new token. */
interface Asked {
  name: string;
  what: "read" | "all" | "chosen";
  kinds?: string[];
  verbs?: string[];
  scopes: string[];
  days: number;
}

const READ = ["*:get", "*:list", "*:watch", "*:logs"];

/** The rights that were chosen, as far as the owner holds them. */
export function rightsOf(
  { what, kinds = [], verbs = [] }: Pick<Asked, "what" | "kinds" | "verbs">,
  choices: TokenChoices | undefined,
): string[] {
  if (what === "read") return READ;
  if (what === "all") return ["*:*"];
  return (choices?.kinds ?? [])
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ kind, verbs: held }) =>
      held.filter((verb) => verbs.includes(verb)).map((verb) => `${kind}:${verb}`),
    );
}

function fields({ choices }: TokenOwner, texts: Texts): readonly Field[] {
  const { kinds = [], days = 90, most_days = 366 } = choices ?? {};
  const chosen = (texts.kinds ?? "").split("\n");
  const verbs = kinds.filter(({ kind }) => chosen.includes(kind)).flatMap((one) => one.verbs);
  return [
    { id: "name", input: "text", label: "tokens.name", help: "tokens.nameHelp", ...NAME },
    { id: "what", input: "radio", label: "tokens.what", initial: "read", options: WHAT },
    ...(texts.what === "chosen" ? rightFields(kinds, [...new Set(verbs)]) : []),
    { id: "scopes", input: "lines", label: "tokens.scopes", help: "tokens.scopesHelp" },
    daysField(days, most_days),
  ];
}

const NAME = { required: true, maxLength: 128 } as const;
const WHAT = [
  { value: "read", label: "tokens.read" },
  { value: "all", label: "tokens.all" },
  { value: "chosen", label: "tokens.chosen" },
] as const;

const rightFields = (kinds: TokenChoices["kinds"], verbs: readonly string[]): readonly Field[] => [
  {
    id: "kinds",
    input: "checks",
    label: "tokens.kinds",
    required: true,
    options: kinds.map(({ kind, title }) => ({ value: kind, title })),
  },
  {
    id: "verbs",
    input: "checks",
    label: "tokens.verbs",
    required: true,
    options: verbs.map((value) => ({ value })),
  },
];

const load = async (owner: TokenOwner): Promise<TokenOwner> => ({
  ...owner,
  choices: (await tokenChoices({ query: { service: owner.service } })).data,
});

const run = async ({ service, choices }: TokenOwner, asked: Asked): Promise<Done> => {
  const { name, scopes, days } = asked;
  const body = { name, scopes, days, service, rights: rightsOf(asked, choices) };
  return made(await createToken({ body }));
};

const making = (needs: Right | null): Action<TokenOwner, Asked> => ({
  id: "token.create",
  needs,
  verb: "tokens.create.do",
  title: "tokens.create.title",
  body: "tokens.create.body",
  draft: ({ service }) => service ?? "mine",
  load,
  fields,
  run,
});

/** A token of one's own: nobody needs a right for it. */
export const createOwnToken = making(null);
/** A token of a service account. */
export const createServiceToken = making(["token", "create"]);

/** What is needed of a token to change it. */
export interface Named {
  key: string;
  name: string;
}

const rotating = (needs: Right | null): Action<Named, { overlap_hours: number }> => ({
  id: "token.rotate",
  needs,
  verb: "tokens.rotate.do",
  title: "tokens.rotate.title",
  body: "tokens.rotate.body",
  fields: OVERLAP,
  run: async ({ key }, body) => made(await rotateToken({ path: { token_id: key }, body })),
});

const revoking = (needs: Right | null): Action<Named> => ({
  id: "token.revoke",
  needs,
  verb: "tokens.revoke.do",
  title: "tokens.revoke.title",
  body: "tokens.revoke.body",
  danger: true,
  final: true,
  run: ({ key }) => revokeToken({ path: { token_id: key } }),
});

export const OWN_TOKEN = { rotate: rotating(null), revoke: revoking(null) };
export const SERVICE_TOKEN = {
  rotate: rotating(["token", "create"]),
  revoke: revoking(["token", "delete"]),
};
