import { useTranslation } from "react-i18next";
import { formatAge, formatExact, isAhead, isMoment } from "./time";
import { useAgeing } from "./useAgeing";

/** A relative age that keeps itself current and shows the exact time on hover; a time that has
 * not come yet (somebody's clock is wrong) is shown as such, and one that no calendar has as
 * what was told. */
export function Age({ at }: { at: number }) {
  const { t } = useTranslation();
  const seconds = useAgeing(at);
  if (!isMoment(at)) {
    return (
      <span className="cr-none" title={t("age.none")} translate="no">
        {at === 0 ? "–" : String(at)}
      </span>
    );
  }
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={formatExact(at)} translate="no">
      {isAhead(seconds) ? t("age.ahead", { age: formatAge(-seconds) }) : formatAge(seconds)}
    </time>
  );
}
