import { type Problem, toProblem } from "../../../api/problem";

/** How often in a row something is tried that does not get on: some ten minutes. */
const MOST_TRIES = 45;
const LONGEST_MS = 15_000;

/**
 * Whether a failure passes by itself: no connection, a console or database that restarts, an
 * earlier request whose end the console has not noticed yet (409), too many at once (429).
 */
function passes({ status, type }: Problem): boolean {
  if ([0, 409, 429, 502, 503, 504].includes(status)) return true;
  // Of a proxy, which takes smaller pieces only; the console's own names what is too large.
  return status === 413 && type === "about:blank";
}

export interface Patience {
  signal: AbortSignal;
  /** Told what is waited for, and null once it goes on. */
  wait: (reason: string | null) => void;
}

/** Tries again while a failure may pass, ever more slowly; `afresh` counts from the beginning. */
export class Tries {
  private failed = 0;
  private readonly patience: Patience;

  constructor(patience: Patience) {
    this.patience = patience;
  }

  /** It went on. */
  afresh(): void {
    if (this.failed > 0) this.patience.wait(null);
    this.failed = 0;
  }

  /** Waits before the next try; throws what failed where none would help. */
  async after(error: unknown): Promise<void> {
    const { signal, wait } = this.patience;
    signal.throwIfAborted();
    const problem = toProblem(error);
    this.failed += 1;
    // What the browser itself throws has no answer that would pass: a file that is gone.
    if (error instanceof DOMException || !passes(problem) || this.failed > MOST_TRIES) throw error;
    wait(problem.detail || problem.title);
    await pause(Math.min(LONGEST_MS, 500 * 2 ** this.failed), signal);
  }
}

/** Does `ask` until it is answered, for as long as its failures may pass. */
export async function persist<Answer>(
  ask: () => Promise<Answer>,
  patience: Patience,
): Promise<Answer> {
  const tries = new Tries(patience);
  for (;;) {
    try {
      const answer = await ask();
      tries.afresh();
      return answer;
    } catch (error) {
      await tries.after(error);
    }
  }
}

/** Waits; throws as soon as `signal` is aborted, and goes on at once when the line is back. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // An abort of before, during a request, tells no listener.
    signal.throwIfAborted();
    const end = (how: () => void) => () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      window.removeEventListener("online", go);
      how();
    };
    const go = end(resolve);
    const stop = end(() => reject(signal.reason));
    const timer = setTimeout(go, ms);
    signal.addEventListener("abort", stop);
    window.addEventListener("online", go);
  });
}
