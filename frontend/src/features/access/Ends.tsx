import { useTranslation } from "react-i18next";
import { formatAge, formatExact } from "../../format/time";
import { useAgeing } from "../../format/useAgeing";

/** When something ends, by how long that is from now; it keeps itself current. */
export function Ends({ at }: { at: number | null }) {
  const { t } = useTranslation();
  if (at === null) return <span className="cr-muted">{t("access.end.none")}</span>;
  return <EndsAt at={at} />;
}

function EndsAt({ at }: { at: number }) {
  const { t } = useTranslation();
  const seconds = useAgeing(at);
  const age = formatAge(Math.abs(seconds));
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={formatExact(at)}>
      {seconds < 0 ? t("access.end.in", { age }) : t("access.end.ago", { age })}
    </time>
  );
}
