import { useTranslation } from "react-i18next";
import type { OverviewProblem, Severity } from "../../api/types";
import { Age } from "../../format/Age";
import { formatClock } from "../../format/time";
import { AppLink } from "../../shell/AppLink";
import { ToneIcon } from "../../status/Status";
import type { Tone } from "../../status/tone";

export const SEVERITY_TONES: Record<Severity, Tone> = {
  normal: "ok",
  warning: "warn",
  error: "bad",
};

/** What is wrong, worst first, one line per cause. */
export function ProblemList({
  problems,
  checked,
}: {
  problems: readonly OverviewProblem[];
  checked: number;
}) {
  const { t } = useTranslation();
  return (
    <section className="cr-panel-box" aria-labelledby="cr-problems-title">
      <h2 id="cr-problems-title">{t("overview.wrong")}</h2>
      {problems.length === 0 ? (
        <p className="cr-calm">
          <ToneIcon tone="ok" /> {t("overview.nothingWrong", { at: formatClock(checked) })}
        </p>
      ) : (
        <ul className="cr-lines">
          {problems.map((problem) => (
            <li key={problem.id} className="cr-line" data-severity={problem.severity}>
              <ToneIcon tone={SEVERITY_TONES[problem.severity]} />
              <AppLink href={problem.link} className="cr-line-title">
                <Title text={problem.title} />
              </AppLink>
              <span className="cr-muted cr-line-affects" translate="no">
                {problem.affects}
              </span>
              <span className="cr-line-end">{problem.since && <Age at={problem.since} />}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** `Deployment shop/web: 0 of 1 ready` with the thing itself standing out. */
function Title({ text }: { text: string }) {
  const colon = text.indexOf(": ");
  if (colon < 0) return <span translate="no">{text}</span>;
  return (
    <span translate="no">
      <strong>{text.slice(0, colon)}</strong>
      {text.slice(colon)}
    </span>
  );
}
