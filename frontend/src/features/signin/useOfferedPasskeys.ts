import { useEffect, useState } from "react";
import { askPasskey } from "../../api/generated/sdk.gen";
import { answerOf } from "../../session/passkeys";

/** What a device answered. */
export type Answer = Record<string, unknown>;

/** Before the server's challenge is over. */
const AGAIN_MS = 8 * 60_000;

/**
 * Has the browser offer passkeys where it fills in the user name, for as long as `idle`: one
 * question at a time is all it takes.
 */
export function useOfferedPasskeys(idle: boolean, onAnswer: (answer: Answer) => void): void {
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round is a challenge of its own
  useEffect(() => {
    if (!idle) return;
    const stop = new AbortController();
    const { signal } = stop;
    // Nobody asked for it: what fails is not told, and the button is there.
    offered(signal).then(
      (answer) => answer && !signal.aborted && onAnswer(answer),
      () => undefined,
    );
    const again = () => setRound((before) => before + 1);
    const timer = setTimeout(() => {
      if (document.hidden)
        document.addEventListener("visibilitychange", again, { once: true, signal });
      else again();
    }, AGAIN_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [idle, onAnswer, round]);
}

async function offered(signal: AbortSignal): Promise<Answer | null> {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
  const { data } = await askPasskey({ signal });
  return answerOf(data.options, { mediation: "conditional", signal });
}
