import type {
  DeltaFrame,
  Freshness,
  ListAnswer,
  Row,
  SnapshotFrame,
} from "../api/generated/types.gen";
import type { Problem } from "../api/problem";
import type { Query, Window } from "./query";

/** What a page sees of one subscription. Immutable; a new object per change. */
export interface ViewState {
  /** `loading` until the first snapshot, `failed` when the server refused the query. */
  status: "loading" | "live" | "failed";
  /** Old rows are on screen while a new snapshot is awaited. */
  pending: boolean;
  /** The query `rows` answer; while `pending`, not yet the one that was asked last. */
  query: Query | null;
  offset: number;
  rows: readonly Row[];
  total: number;
  totalExact: boolean;
  facets: ListAnswer["facets"];
  freshness: readonly Freshness[];
  problem: Problem | null;
}

const INITIAL: ViewState = {
  status: "loading",
  pending: true,
  query: null,
  offset: 0,
  rows: [],
  total: 0,
  totalExact: true,
  facets: {},
  freshness: [],
  problem: null,
};

/** One server-side view mirrored in the tab: a pure state machine over frames. */
export class Subscription {
  readonly id: string;
  readonly collection: string;
  query: Query;
  window: Window;

  private view: ViewState = INITIAL;
  private seq = 0;
  private awaitingSnapshot = true;
  private readonly listeners = new Set<() => void>();

  constructor(id: string, collection: string, query: Query, window: Window) {
    this.id = id;
    this.collection = collection;
    this.query = query;
    this.window = window;
  }

  readonly getState = (): ViewState => this.view;

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** A new snapshot is under way; rows stay until it arrives. */
  expectSnapshot(): void {
    this.awaitingSnapshot = true;
    if (!this.view.pending) this.set({ ...this.view, pending: true });
  }

  /** Rows to look at until the first snapshot is there; none say nothing yet. */
  begin({ rows, total, total_exact, facets, freshness }: ListAnswer): void {
    if (this.view.status !== "loading" || rows.length === 0) return;
    const { query } = this;
    const begun = { rows, total, totalExact: total_exact, facets, freshness, query };
    this.set({ ...this.view, ...begun, status: "live" });
  }

  snapshot(frame: SnapshotFrame): void {
    this.seq = frame.seq;
    this.awaitingSnapshot = false;
    this.set({
      status: "live",
      pending: false,
      query: this.query,
      offset: frame.offset,
      rows: frame.rows,
      total: frame.total,
      totalExact: frame.total_exact,
      facets: frame.facets,
      freshness: frame.freshness,
      problem: null,
    });
  }

  /** Apply a delta; false means a frame was lost and the caller must subscribe again. */
  delta(frame: DeltaFrame): boolean {
    if (this.awaitingSnapshot) return true;
    if (frame.seq !== this.seq + 1) return false;
    const rows = mergeRows(this.view.rows, frame);
    if (rows === null) return false;
    this.seq = frame.seq;
    this.set({
      ...this.view,
      rows,
      total: frame.total ?? this.view.total,
      totalExact: frame.total_exact ?? this.view.totalExact,
      facets: frame.facets ?? this.view.facets,
      freshness: frame.freshness ?? this.view.freshness,
    });
    return true;
  }

  /** The server refused: the rows of the last good query stay, the problem is shown. */
  fail(problem: Problem): void {
    this.awaitingSnapshot = true;
    this.set({ ...this.view, status: "failed", pending: false, problem });
  }

  private set(view: ViewState): void {
    this.view = view;
    for (const listener of this.listeners) listener();
  }
}

/** The window after a delta, or null when the delta names rows this tab never received. */
export function mergeRows(rows: readonly Row[], frame: DeltaFrame): readonly Row[] | null {
  const { upsert = [], remove = [], order } = frame;
  if (upsert.length === 0 && remove.length === 0 && order === undefined) return rows;
  const byKey = new Map(rows.map((row) => [row.key, row]));
  for (const row of upsert) byKey.set(row.key, row);
  if (order === undefined) {
    const gone = new Set(remove);
    return rows.filter((row) => !gone.has(row.key)).map((row) => byKey.get(row.key) ?? row);
  }
  const merged: Row[] = [];
  for (const key of order) {
    const row = byKey.get(key);
    if (row === undefined) return null;
    merged.push(row);
  }
  return merged;
}
