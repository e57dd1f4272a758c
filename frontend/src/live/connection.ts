import type { ListFetch } from "./poller";

/** Where the tab's one socket stands. Times are milliseconds of the tab's clock. */
export interface ConnectionState {
  phase: "idle" | "connecting" | "open" | "waiting" | "ended" | "denied";
  since: number;
  /** Failed attempts since the socket was last open. */
  attempt: number;
  retryAt: number | null;
  /** No socket comes through, and lists are asked for over HTTP meanwhile. */
  polling?: boolean;
  /** The answering process; another id after a reconnect means the console restarted. */
  server: string | null;
}

/** A socket refused so often, one after the other, while the console answers is blocked. */
export const BLOCKED_AFTER = 3;

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 8_000;

/** Exponential backoff with full jitter in its upper half, so tabs do not return in step. */
export function retryDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random();
}

/** `WebSocket.OPEN`, where there is no browser too. */
export const SOCKET_OPEN = 1;

/** The least a browser socket must offer; a test passes its own. */
export interface SocketLike {
  /** As a browser's socket counts: only one that is `SOCKET_OPEN` takes a frame. */
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

/** How the console answered when asked for the session; `unanswered` also by a proxy's error. */
export type Probe = "alive" | "ended" | "unanswered";

export interface LiveOptions {
  open: () => SocketLike;
  /** Whether the session is over; asked after a connection was refused. */
  probe: () => Promise<Probe>;
  onSessionEnded: () => void;
  /** How lists are asked for where no socket comes through; without it they wait. */
  list?: ListFetch;
  now?: () => number;
  random?: () => number;
}

/** Why the server closed the socket. */
export const CloseCode = {
  protocol: 4400,
  sessionEnded: 4401,
  noRight: 4403,
  noPong: 4408,
  tooMany: 4429,
} as const;
