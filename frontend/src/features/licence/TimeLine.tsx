import { useTranslation } from "react-i18next";
import type { LicenceView } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { Age } from "../../format/Age";
import { formatExact } from "../../format/time";
import { Status } from "../../status/Status";
import { formatDate, STATE_TONES } from "./states";

/** How many states that are over are shown. */
const PAST = 5;

type State = LicenceView["state"];

/** What was, what is and what will be, if nothing is put in and nothing taken out. */
export function TimeLine({ licence }: { licence: LicenceView }) {
  const { t } = useTranslation();
  const { history, timeline } = licence;
  const past = history.filter(({ kind, before }) => kind === "state" && isState(before));
  return (
    <>
      <ol className="cr-licence-line">
        {past
          .slice(0, PAST)
          .toReversed()
          .map(({ at, before }) => (
            <li key={at} data-past>
              {isState(before) && (
                <Status word={t(`licence.word.${before}`)} tone={STATE_TONES[before]} />
              )}
              <span title={formatExact(at)}>
                {t("licence.line.until", { end: formatDate(at) })}
              </span>
            </li>
          ))}
        {timeline.map(({ state, start }, at) => (
          <li key={start} data-state={state} aria-current={at === 0 ? "step" : undefined}>
            <Status word={t(`licence.word.${state}`)} tone={STATE_TONES[state]} />
            {at === 0 ? (
              <strong>{t("licence.line.now")}</strong>
            ) : (
              <span title={formatExact(start)}>
                {formatDate(start)} (<Age at={start} />)
              </span>
            )}
            <span className="cr-muted">{t(`licence.means.${state}`)}</span>
          </li>
        ))}
      </ol>
      {history.length > 0 && (
        <details className="cr-licence-history">
          <summary>{t("licence.history.title", { count: history.length })}</summary>
          <ol>
            {history.map(({ at, kind, before, after, by }) => (
              <li key={`${at} ${kind} ${after}`}>
                <Age at={at} /> <Event kind={kind} before={before} after={after} />{" "}
                <span className="cr-muted">
                  {t("licence.history.by")} <Raw>{by}</Raw>
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Event({ kind, before, after }: { kind: string; before: string; after: string }) {
  const { t } = useTranslation();
  if (kind === "state" && isState(before) && isState(after))
    return t("licence.history.state", {
      before: t(`licence.word.${before}`),
      after: t(`licence.word.${after}`),
    });
  if (kind === "added") return t("licence.history.added", { id: after });
  if (kind === "removed") return t("licence.history.removed", { id: before });
  if (kind === "clock") return t("licence.history.clock", { before, after });
  return after ? t("licence.history.over", { names: after }) : t("licence.history.within");
}

const isState = (word: string): word is State => word in STATE_TONES;
