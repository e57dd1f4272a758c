import type { ReactNode } from "react";
import { toProblem } from "../api/problem";
import { Failed } from "../states/States";
import { Section } from "./Section";

export interface UnreadPartProps {
  title: ReactNode;
  /** Why there is no answer; nothing is shown while one is awaited. */
  error: unknown;
  refetch: () => unknown;
}

/** In place of a part of a page whose answer did not come: why, and another try. */
export function UnreadPart({ title, error, refetch }: UnreadPartProps) {
  if (!error) return null;
  return (
    <Section title={title}>
      <Failed problem={toProblem(error)} onRetry={() => void refetch()} />
    </Section>
  );
}
