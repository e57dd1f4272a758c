import { lazy, Suspense } from "react";
import type { AskingProps } from "./Asking";

const Asking = lazy(async () => ({ default: (await import("./Asking")).Asking }));

/** The way to ask for what a page says the viewer lacks, fetched when a page says so. */
export function AskAccess(props: AskingProps) {
  return (
    <Suspense fallback={null}>
      <Asking {...props} />
    </Suspense>
  );
}
