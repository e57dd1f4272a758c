import type { Action } from "../../actions/action";
import { readSignInRuleImpact, switchSignInRule } from "../../api/generated/sdk.gen";
import type { RuleImpact, RuleView } from "../../api/generated/types.gen";
import { RuleConcerns } from "./RuleConcerns";

/** A rule, and whom it concerns once that is asked for. */
export interface Asked {
  rule: RuleView;
  impact: RuleImpact | null;
}

/** A second factor of everybody who signs in with a password; whom that concerns is told before. */
export const askFactor: Action<Asked> = {
  id: "rule.factor.on",
  needs: ["identity-provider", "update"],
  verb: "rules.switchOn",
  title: "rules.factor.on.title",
  body: "rules.factor.on.body",
  draft: ({ rule }) => rule.name,
  load: async ({ rule }) => ({
    rule,
    impact: (await readSignInRuleImpact({ path: { name: rule.name } })).data,
  }),
  shown: ({ impact }) => impact && <RuleConcerns impact={impact} />,
  run: async ({ rule }) => put(rule, true),
  onto: ({ impact }, current) => ({ rule: current as RuleView, impact }),
};

/** A password alone is enough again for who has nothing more. */
export const dropFactor: Action<Asked> = {
  id: "rule.factor.off",
  needs: ["identity-provider", "update"],
  verb: "rules.switchOff",
  title: "rules.factor.off.title",
  body: "rules.factor.off.body",
  danger: true,
  draft: ({ rule }) => rule.name,
  run: async ({ rule }) => put(rule, false),
  onto: ({ impact }, current) => ({ rule: current as RuleView, impact }),
};

async function put({ name, row_version }: RuleView, enabled: boolean) {
  const { requestId } = await switchSignInRule({
    path: { name },
    headers: { "if-match": `"${row_version}"` },
    body: { enabled },
  });
  return { requestId };
}
