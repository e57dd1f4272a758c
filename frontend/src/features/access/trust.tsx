import "../../i18n/trust";
import type { Action, Effect } from "../../actions/action";
import {
  addTrustRule,
  changeTrustRule,
  removeTrustRule,
  testWorkloadToken,
} from "../../api/generated/sdk.gen";
import type { TrustRuleView } from "../../api/generated/types.gen";
import { TokenSays } from "./TokenSays";
import { fieldsOfRule, formOf, newRuleFields, ruleOf, type TrustForm } from "./trustFields";

/** The service account whose rules they are. */
export interface Account {
  key: string;
  name: string;
}

/** One of its rules. */
export interface Ruled {
  account: Account;
  rule: TrustRuleView;
}

/** Whom else it may be: a new rule. */
export const addRule: Action<Account, TrustForm> = {
  id: "trust.add",
  needs: ["token", "create"],
  verb: "trust.add.do",
  title: "trust.add.title",
  body: "trust.add.body",
  draft: ({ key }) => key,
  fields: (_, texts) => newRuleFields(texts),
  run: ({ key }, form) => addTrustRule({ path: { account_id: key }, body: ruleOf(form) }),
};

/** The rule anew; what it gave is over. */
export const changeRule: Action<Ruled, TrustForm> = {
  id: "trust.change",
  needs: ["token", "create"],
  verb: "trust.change.do",
  title: "trust.change.title",
  body: "trust.change.body",
  draft: ({ rule }) => rule.id,
  fields: ({ rule }) => fieldsOfRule(rule),
  before: ({ rule }) => formOf(rule),
  whole: true,
  effects: async (ruled) => given(ruled),
  run: ({ account, rule }, form) =>
    changeTrustRule({
      path: { account_id: account.key, rule_id: rule.id },
      headers: { "if-match": `"${rule.row_version}"` },
      body: ruleOf(form),
    }),
  onto: ({ account }, current) => ({ account, rule: current as TrustRuleView }),
};

/** None of them any more, and what they have ends. */
export const removeRule: Action<Ruled> = {
  id: "trust.remove",
  needs: ["token", "delete"],
  verb: "trust.remove.do",
  title: "trust.remove.title",
  body: "trust.remove.body",
  danger: true,
  final: true,
  draft: ({ rule }) => rule.id,
  effects: async (ruled) => given(ruled),
  run: ({ account, rule }) =>
    removeTrustRule({ path: { account_id: account.key, rule_id: rule.id } }),
};

/** What a token says and which rule matches; nothing is made or kept of it. */
export const testToken: Action<Account, { token: string }> = {
  id: "trust.test",
  needs: ["token", "create"],
  verb: "trust.test.do",
  title: "trust.test.title",
  body: "trust.test.body",
  draft: ({ key }) => key,
  fields: [
    {
      id: "token",
      input: "text",
      label: "trust.test.token",
      secret: true,
      required: true,
      maxLength: 16384,
    },
  ],
  run: async ({ key }, body) => {
    const { data, requestId } = await testWorkloadToken({ path: { account_id: key }, body });
    return { requestId, told: <TokenSays said={data} /> };
  },
};

function given({ account, rule }: Ruled): Effect[] {
  const filter = [`owner=${JSON.stringify(account.name)}`, "owner_kind=service"];
  const words = new URLSearchParams(filter.map((one) => ["filter", one]));
  const href = `/access/tokens?${words}`;
  return rule.tokens > 0 ? [{ count: rule.tokens, what: "access tokens", href }] : [];
}
