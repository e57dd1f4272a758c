import { useTranslation } from "react-i18next";
import type { ProblemView } from "../../api/generated/types.gen";
import { formatClock } from "../../format/time";
import { ToneIcon } from "../../status/Status";
import { ProblemGroup } from "./ProblemGroup";
import { ProblemLine } from "./ProblemLine";

/** What is wrong, worst first, one line per cause. */
export function ProblemList({
  problems,
  checked,
  part,
}: {
  problems: readonly ProblemView[];
  checked: number;
  /** A part of the estate alone was looked at: nothing is said of the rest. */
  part: boolean;
}) {
  const { t } = useTranslation();
  return (
    <section className="cr-panel-box cr-problems" aria-labelledby="cr-problems-title">
      <h2 id="cr-problems-title">{t("overview.wrong")}</h2>
      {problems.length === 0 ? (
        <p className="cr-calm">
          <ToneIcon tone="ok" />{" "}
          {part ? t("overview.calm") : t("overview.nothingWrong", { at: formatClock(checked) })}
        </p>
      ) : (
        <ul className="cr-lines">
          {problems.map((problem) => (
            <li key={problem.id} data-severity={problem.severity}>
              {problem.alike > 1 ? (
                <ProblemGroup problem={problem} />
              ) : (
                <ProblemLine problem={problem} />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
