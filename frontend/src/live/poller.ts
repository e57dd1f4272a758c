import type { ListAnswer, ListRowsData } from "../api/generated/types.gen";
import { isUnanswered, toProblem } from "../api/problem";
import type { Query } from "./query";
import type { Subscription } from "./subscription";

/** Asks the REST API for a page of a collection. */
export type ListFetch = (
  collection: string,
  query: NonNullable<ListRowsData["query"]>,
) => Promise<ListAnswer>;

const EVERY_MS = 5_000;
/** The most one page of the REST API holds. */
const MOST_ROWS = 1_000;

/**
 * Keeps subscriptions filled by asking, where no socket comes through: a proxy that does not
 * know WebSockets must not leave a console empty that answers everything else.
 */
export class Poller {
  private readonly fetch: ListFetch;
  private readonly subscriptions: () => Iterable<Subscription>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;
  /** Told whether the last round was answered. */
  private readonly onRound: (answered: boolean) => void;

  constructor(
    fetch: ListFetch,
    subscriptions: () => Iterable<Subscription>,
    onRound: (answered: boolean) => void,
  ) {
    this.fetch = fetch;
    this.subscriptions = subscriptions;
    this.onRound = onRound;
  }

  get running(): boolean {
    return this.timer !== undefined;
  }

  /** Ask now and then every few seconds; again at once when called while it runs. */
  start(): void {
    this.stop();
    const round = this.round;
    const turn = async () => {
      const answered = await this.all(round);
      if (round !== this.round) return;
      this.onRound(answered);
      this.timer = setTimeout(() => void turn(), EVERY_MS);
    };
    this.timer = setTimeout(() => void turn(), 0);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.round += 1;
  }

  /** Ask for one subscription now, between the rounds: its window moved. */
  ask(subscription: Subscription): void {
    void this.one(subscription, this.round);
  }

  private async all(round: number): Promise<boolean> {
    const asked = [...this.subscriptions()];
    const answers = await Promise.all(asked.map((subscription) => this.one(subscription, round)));
    return answers.every(Boolean);
  }

  /** False when the console did not answer at all; a refusal is an answer. */
  private async one(subscription: Subscription, round: number): Promise<boolean> {
    const { query, window, collection } = subscription;
    const rows = Math.min(MOST_ROWS, window.offset + window.limit);
    try {
      const answer = await this.fetch(collection, { ...words(query), limit: rows });
      if (round !== this.round || subscription.query !== query) return true;
      if (subscription.window !== window) return true;
      subscription.snapshot({
        op: "snapshot",
        id: subscription.id,
        seq: 0,
        offset: Math.min(window.offset, answer.rows.length),
        rows: answer.rows.slice(window.offset),
        total: answer.total,
        total_exact: answer.total_exact,
        facets: answer.facets,
        freshness: answer.freshness,
      });
      return true;
    } catch (error) {
      if (isUnanswered(error)) return false;
      if (round === this.round) subscription.fail(toProblem(error));
      return true;
    }
  }
}

/** A query in the words of the list's address. */
function words({
  filter,
  labels,
  q,
  sort,
  facet,
  team,
}: Query): NonNullable<ListRowsData["query"]> {
  return { filter, labels, q, sort: sort.join(","), facet, team };
}
