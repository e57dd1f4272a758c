import { useMemo } from "react";
import type { ImageView } from "../../api/generated/types.gen";
import { runningFilter } from "../../kube/imageLinks";
import { EMPTY_QUERY, type Query } from "../../live/query";
import { useLiveView } from "../../live/react";

const COUNT_ONLY = { offset: 0, limit: 1 };

/** How many pods run one of these digests, live; undefined until known. */
export function useRunningCount(digests: readonly string[]): number | undefined {
  const signature = digests.join(",");
  const query = useMemo<Query>(
    () => ({ ...EMPTY_QUERY, filter: runningFilter(signature.split(",")) }),
    [signature],
  );
  const { view } = useLiveView("pods", query, COUNT_ONLY);
  return view.status === "live" ? view.total : undefined;
}

/** What pods may run of an image: its own digest, and those of its platforms. */
export function digestsOf({ digest, platforms }: ImageView): string[] {
  return [digest, ...platforms.map((platform) => platform.digest)];
}
