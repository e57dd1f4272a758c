import { useTranslation } from "react-i18next";
import type { ProblemView } from "../../api/generated/types.gen";
import { Age } from "../../format/Age";
import { formatExact, formatMoment } from "../../format/time";

/** How long it is so; where nobody knows that, before when it was so already. */
export function ProblemSince({ since, seen }: Pick<ProblemView, "since" | "seen">) {
  const { t } = useTranslation();
  if (since !== null) return <Age at={since} />;
  return (
    <span title={t("overview.beforeHint", { at: formatExact(seen) })}>
      {t("overview.before", { at: formatMoment(seen) })}
    </span>
  );
}
