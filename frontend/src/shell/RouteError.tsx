import { useRouter } from "@tanstack/react-router";
import { toProblem } from "../api/problem";
import { Failed, NotFound } from "../table/TableStates";

/** A page that could not be shown at all; the shell around it stays. */
export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <Failed
      problem={toProblem(error)}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

export function RouteNotFound() {
  return <NotFound />;
}
