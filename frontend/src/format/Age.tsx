import { useEffect, useState } from "react";
import { ageChangesIn, formatAge, formatExact } from "./time";

/** A relative age that keeps itself current and shows the exact time on hover. */
export function Age({ at }: { at: number }) {
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
      {formatAge(seconds)}
    </time>
  );
}
