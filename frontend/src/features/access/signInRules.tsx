import type { ParseKeys } from "i18next";
import type { Action } from "../../actions/action";
import { readSignInRuleImpact, switchSignInRule } from "../../api/generated/sdk.gen";
import type { RuleImpact, RuleView } from "../../api/generated/types.gen";
import { RuleConcerns } from "./RuleConcerns";

/** A rule, and whom it concerns once that is asked for. */
export interface Asked {
  rule: RuleView;
  impact: RuleImpact | null;
}

/** What is said of switching a rule. */
interface Words {
  title: ParseKeys;
  body: ParseKeys;
}

/** Each rule's two switches; whom it concerns is told before it is switched on. */
export const SWITCHES: Readonly<
  Record<RuleView["name"], { on: Action<Asked>; off: Action<Asked> }>
> = {
  "second-factor": {
    on: turnOn("rule.factor.on", {
      title: "rules.factor.on.title",
      body: "rules.factor.on.body",
    }),
    off: turnOff("rule.factor.off", {
      title: "rules.factor.off.title",
      body: "rules.factor.off.body",
    }),
  },
  "break-glass-only": {
    on: turnOn("rule.only.on", { title: "rules.only.on.title", body: "rules.only.on.body" }),
    off: turnOff("rule.only.off", { title: "rules.only.off.title", body: "rules.only.off.body" }),
  },
};

function turnOn(id: string, words: Words): Action<Asked> {
  return {
    id,
    ...words,
    needs: ["identity-provider", "update"],
    verb: "rules.switchOn",
    draft: ({ rule }) => rule.name,
    load: async ({ rule }) => ({
      rule,
      impact: (await readSignInRuleImpact({ path: { name: rule.name } })).data,
    }),
    shown: ({ rule, impact }) => impact && <RuleConcerns rule={rule.name} impact={impact} />,
    run: async ({ rule }) => put(rule, true),
    onto: ({ impact }, current) => ({ rule: current as RuleView, impact }),
  };
}

function turnOff(id: string, words: Words): Action<Asked> {
  return {
    id,
    ...words,
    needs: ["identity-provider", "update"],
    verb: "rules.switchOff",
    danger: true,
    draft: ({ rule }) => rule.name,
    run: async ({ rule }) => put(rule, false),
    onto: ({ impact }, current) => ({ rule: current as RuleView, impact }),
  };
}

async function put({ name, row_version }: RuleView, enabled: boolean) {
  const { requestId } = await switchSignInRule({
    path: { name },
    headers: { "if-match": `"${row_version}"` },
    body: { enabled },
  });
  return { requestId };
}
