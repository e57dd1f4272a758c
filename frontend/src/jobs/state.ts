const FINISHED = new Set(["succeeded", "failed", "cancelled"]);

/** Whether a job stays as it is. */
export function isFinished(state: unknown): boolean {
  return FINISHED.has(String(state));
}

/** The word shown for a job: one that is asked to stop says so. */
export function jobWord(state: unknown, cancelling: unknown): string {
  return cancelling === true && !isFinished(state) ? "cancelling" : String(state);
}
