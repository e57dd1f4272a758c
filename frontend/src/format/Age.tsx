import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ageChangesIn, formatAge, formatExact, isAhead } from "./time";

/** A relative age that keeps itself current and shows the exact time on hover; a time that has
 * not come yet (somebody's clock is wrong) is shown as such. */
export function Age({ at }: { at: number }) {
  const { t } = useTranslation();
  const [, tick] = useState(0);
  const seconds = Date.now() / 1000 - at;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const schedule = () => {
      timer = setTimeout(
        () => {
          tick((count) => count + 1);
          schedule();
        },
        ageChangesIn(Date.now() / 1000 - at),
      );
    };
    schedule();
    return () => clearTimeout(timer);
  }, [at]);
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={formatExact(at)} translate="no">
      {isAhead(seconds) ? t("age.ahead", { age: formatAge(-seconds) }) : formatAge(seconds)}
    </time>
  );
}
