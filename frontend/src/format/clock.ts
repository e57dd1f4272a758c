/** Less is what an answer takes on its way, and the whole seconds of a `Date`. */
const SAME = 5;

let ahead = 0;

/**
 * Learns the server's clock from the head of an answer: ages are by the clock of the systems, and
 * that of a browser may be wrong by an hour. `sent` is when it was asked for, in milliseconds.
 */
export function learnClock(date: string | null, sent: number): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(told)) return;
  // A `Date` has whole seconds: on average half of one is gone.
  const difference = (told + 500 - (sent + Date.now()) / 2) / 1000;
  ahead = Math.abs(difference) < SAME ? 0 : difference;
}

/** The server's time now, in Unix seconds. */
export function serverNow(): number {
  return Date.now() / 1000 + ahead;
}
