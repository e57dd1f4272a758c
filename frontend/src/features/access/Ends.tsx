import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../format/clock";
import { ageChangesIn, formatAge, formatExact } from "../../format/time";

/** When something ends, by how long that is from now; it keeps itself current. */
export function Ends({ at }: { at: number | null }) {
  const { t } = useTranslation();
  const [, tick] = useState(0);
  useEffect(() => {
    if (at === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const schedule = () => {
      timer = setTimeout(
        () => {
          tick((count) => count + 1);
          schedule();
        },
        ageChangesIn(Math.abs(serverNow() - at)),
      );
    };
    schedule();
    return () => clearTimeout(timer);
  }, [at]);
  if (at === null) return <span className="cr-muted">{t("access.end.none")}</span>;
  const left = at - serverNow();
  const age = formatAge(Math.abs(left));
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={formatExact(at)}>
      {left > 0 ? t("access.end.in", { age }) : t("access.end.ago", { age })}
    </time>
  );
}
