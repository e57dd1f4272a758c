import { useEffect, useState } from "react";
import { serverNow } from "./clock";
import { ageChangesIn } from "./time";

/** How many seconds ago that was, less than none of what is to come; told anew as its words change. */
export function useAgeing(at: number): number {
  const [, tick] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const schedule = () => {
      timer = setTimeout(
        () => {
          tick((count) => count + 1);
          schedule();
        },
        ageChangesIn(serverNow() - at),
      );
    };
    schedule();
    return () => clearTimeout(timer);
  }, [at]);
  return serverNow() - at;
}
