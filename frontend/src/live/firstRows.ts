import type { ListFetch } from "./poller";
import type { Query } from "./query";
import type { Subscription } from "./subscription";

/** Two screens of a laptop: few enough to come beside the page's scripts. */
export const FIRST_ROWS = 40;

/** Whether a query is its table as it comes: the rows of it may be sent with the page. */
export function isPlain(
  { filter, labels, q, sort, team }: Query,
  usual: readonly string[],
): boolean {
  const narrowed = filter.length > 0 || labels !== "" || q !== "" || team !== "";
  return !narrowed && sort.join() === usual.join();
}

/**
 * Shows a table's first rows before its socket has them. The console told the browser to fetch
 * them together with the page (`backend/http/hints.py`): this asks for that very address, so on a
 * slow line the answer is there already while the socket still shakes hands.
 */
export async function showFirstRows(list: ListFetch, subscription: Subscription): Promise<void> {
  const { collection, query } = subscription;
  // Why there is no answer, the socket tells, or what stands in for it.
  const answer = await list(collection, { limit: FIRST_ROWS }).catch(() => null);
  if (answer && subscription.query === query) subscription.begin(answer);
}
