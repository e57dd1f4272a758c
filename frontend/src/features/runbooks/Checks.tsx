import { useTranslation } from "react-i18next";
import type { Check } from "../../api/generated/types.gen";
import { ToneIcon } from "../../status/Status";
import type { Tone } from "../../status/tone";

const TONES: Record<Check["state"], Tone> = {
  ok: "ok",
  warning: "warn",
  failed: "bad",
  awaited: "busy",
};

/** What must be so before a step, as it is now; folded away where all of it is, unless it is next. */
export function Checks({ checks, next }: { checks: readonly Check[]; next: boolean }) {
  const { t } = useTranslation();
  if (checks.length === 0) return null;
  const broken = checks.filter(({ state }) => state === "failed").length;
  const warned = checks.some(({ state }) => state === "warning");
  return (
    <details className="cr-runbook-checks" open={next || broken > 0 || warned}>
      <summary>
        {broken > 0
          ? t("runbook.broken", { count: broken })
          : t("runbook.allHold", { count: checks.length })}
      </summary>
      <ul className="cr-list">
        {checks.map(({ state, words }) => (
          <li key={words} data-check={state}>
            <ToneIcon tone={TONES[state]} /> <span translate="no">{words}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
