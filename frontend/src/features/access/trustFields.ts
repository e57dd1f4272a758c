import { listRows } from "../../api/generated/sdk.gen";
import type { TrustRule, TrustRuleView } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import type { Field, Option, Texts } from "../../forms/field";

/** What the form of a rule holds: what the API takes, or what a preset makes that of. */
export interface TrustForm {
  kind?: "github" | "gitlab" | "kubernetes" | "other";
  name: string;
  audience: string;
  minutes: number;
  repository?: string;
  address?: string;
  project?: string;
  ref?: string;
  cluster?: string;
  namespace?: string;
  service_account?: string;
  issuer?: string;
  conditions?: TrustRule["conditions"];
}

const GITHUB = "https://token.actions.githubusercontent.com";
const KINDS = (["github", "gitlab", "kubernetes", "other"] as const).map((value) => ({
  value,
  label: `trust.${value}` as const,
}));

const text = (id: string, more: Partial<Field> & Pick<Field, "label">): Field => ({
  id,
  input: "text",
  required: true,
  maxLength: 256,
  ...more,
});

// Written here: the schemas of bodies are in one file with those that the first pages need.
const NAME = text("name", { label: "trust.name", help: "trust.nameHelp", maxLength: 128 });
const ISSUER = text("issuer", { label: "trust.issuer", help: "trust.issuerHelp", maxLength: 512 });
const CLUSTER: Field = {
  id: "cluster",
  input: "choice",
  label: "trust.clusterField",
  help: "trust.clusterHelp",
  required: true,
  maxLength: 64,
  options: clusters,
};
const CONDITIONS: Field = {
  id: "conditions",
  input: "list",
  label: "trust.conditions",
  help: "trust.conditionsHelp",
  things: {
    one: "trust.condition",
    add: "trust.addCondition",
    most: 16,
    fields: [
      text("claim", { label: "trust.claim", initial: "sub", maxLength: 128 }),
      text("pattern", { label: "trust.pattern" }),
    ],
  },
};
const ref = (help: "trust.refGithubHelp" | "trust.refGitlabHelp") =>
  text("ref", { label: "trust.ref", help, required: false });

const OF_KIND: Readonly<Record<string, readonly Field[]>> = {
  github: [
    text("repository", {
      label: "trust.repository",
      help: "trust.repositoryHelp",
      placeholder: "acme/shop",
    }),
    ref("trust.refGithubHelp"),
  ],
  gitlab: [
    text("address", { label: "trust.address", initial: "https://gitlab.com", maxLength: 512 }),
    text("project", {
      label: "trust.project",
      help: "trust.projectHelp",
      placeholder: "acme/shop",
    }),
    ref("trust.refGitlabHelp"),
  ],
  kubernetes: [
    CLUSTER,
    text("namespace", { label: "trust.namespace" }),
    text("service_account", { label: "trust.serviceAccount" }),
  ],
  other: [ISSUER, CONDITIONS],
};

const last = (): readonly Field[] => [
  text("audience", {
    label: "trust.audience",
    help: "trust.audienceHelp",
    initial: window.location.origin,
  }),
  {
    id: "minutes",
    input: "number",
    label: "trust.minutes",
    help: "trust.minutesHelp",
    initial: "15",
    minimum: 1,
    maximum: 60,
    whole: true,
    required: true,
  },
];

/** The clusters that the viewer sees. */
async function clusters(): Promise<readonly Option[]> {
  const { data } = await listRows({ path: { name: "clusters" }, query: { limit: 1000 } });
  return data.rows.map((row) => ({ value: rowOf("clusters", row).name }));
}

/** The form of a new rule, by what calls. */
export const newRuleFields = ({ kind = "github" }: Texts): readonly Field[] => [
  { id: "kind", input: "radio", label: "trust.kind", initial: "github", options: KINDS },
  NAME,
  ...(OF_KIND[kind] ?? []),
  ...last(),
];

/** The form of one that is there: as it is, whatever it was made of. */
export const fieldsOfRule = ({ cluster }: Pick<TrustRuleView, "cluster">): readonly Field[] => [
  NAME,
  cluster ? CLUSTER : ISSUER,
  CONDITIONS,
  ...last(),
];

/** What the API takes of a form. */
export function ruleOf(form: TrustForm): TrustRule {
  const { name, audience, minutes } = form;
  const common = { name, audience, seconds: minutes * 60 };
  const bound = (claim: string, pattern = "") => (pattern ? [{ claim, pattern }] : []);
  if (form.kind === "github") {
    const conditions = [...bound("repository", form.repository), ...bound("ref", form.ref)];
    return { ...common, issuer: GITHUB, conditions };
  }
  if (form.kind === "gitlab") {
    const issuer = (form.address ?? "").replace(/\/+$/, "");
    const conditions = [...bound("project_path", form.project), ...bound("ref", form.ref)];
    return { ...common, issuer, conditions };
  }
  if (form.kind === "kubernetes") {
    const who = `system:serviceaccount:${form.namespace}:${form.service_account}`;
    return { ...common, cluster: form.cluster ?? "", conditions: bound("sub", who) };
  }
  const { issuer = "", cluster = "", conditions = [] } = form;
  return { ...common, issuer: cluster ? "" : issuer, cluster, conditions };
}

/** What the form of a rule that is there holds. */
export const formOf = ({
  name,
  audience,
  seconds,
  issuer,
  cluster,
  conditions,
}: TrustRuleView) => ({
  name,
  audience,
  issuer,
  cluster,
  conditions,
  minutes: Math.max(1, Math.round(seconds / 60)),
});
