import type { Problem } from "../api/problem";
import type { Facets, Freshness, Row } from "../api/types";

/** The visible query of one subscription, in the words of `backend/live/README.md`. */
export interface Query {
  filter: string[];
  labels: string;
  q: string;
  sort: string[];
  facet: string[];
}

export const EMPTY_QUERY: Query = { filter: [], labels: "", q: "", sort: [], facet: [] };

export interface Window {
  offset: number;
  limit: number;
}

export type ClientFrame =
  | ({ op: "subscribe"; id: string; collection: string; query: Query } & Window)
  | ({ op: "window"; id: string } & Window)
  | { op: "unsubscribe"; id: string }
  | { op: "pause" }
  | { op: "resume" }
  | { op: "pong" };

export interface SnapshotFrame {
  op: "snapshot";
  id: string;
  seq: number;
  offset: number;
  rows: Row[];
  total: number;
  total_exact: boolean;
  facets: Facets;
  freshness: Freshness[];
}

export interface DeltaFrame {
  op: "delta";
  id: string;
  seq: number;
  upsert?: Row[];
  remove?: string[];
  order?: string[];
  total?: number;
  total_exact?: boolean;
  facets?: Facets;
  freshness?: Freshness[];
}

export type ServerFrame =
  | { op: "hello"; protocol: number; heartbeat: number; server: string }
  | SnapshotFrame
  | DeltaFrame
  | { op: "resync"; id: string; reason: string }
  | { op: "error"; id: string; problem: Problem }
  | { op: "heartbeat"; at: number };

/** Why the server closed the socket. */
export const CloseCode = {
  protocol: 4400,
  sessionEnded: 4401,
  noRight: 4403,
  noPong: 4408,
  tooMany: 4429,
} as const;
