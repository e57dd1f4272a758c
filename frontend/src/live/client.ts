import type { ClientFrame, ServerFrame } from "../api/generated/types.gen";
import {
  BLOCKED_AFTER,
  CloseCode,
  type ConnectionState,
  type LiveOptions,
  retryDelay,
  SOCKET_OPEN,
  type SocketLike,
} from "./connection";
import { showFirstRows } from "./firstRows";
import { Poller } from "./poller";
import type { Query, Window } from "./query";
import { Subscription } from "./subscription";

/** A hidden tab keeps listening this long before it asks the server to be quiet. */
const HIDDEN_GRACE_MS = 10_000;
const HELLO_DEADLINE_MS = 10_000;
/** A heartbeat may be late by this. */
const BEAT_LATE_MS = 3_000;

/**
 * One socket per tab, every subscription inside it.
 *
 * The client never drops rows by itself: whatever happens to the socket, a subscription
 * keeps its last rows until a new snapshot replaces them.
 */
export class LiveClient {
  private readonly options: LiveOptions;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly listeners = new Set<() => void>();
  private connection: ConnectionState;
  private socket: SocketLike | null = null;
  private nextId = 1;
  private heartbeatMs = 15_000;
  private heardAt = 0;
  private hidden = false;
  private paused = false;
  /** Hidden for so long that nothing is asked for. */
  private quiet = false;
  /** Lists were asked for when the tab became quiet, and are again once it is shown. */
  private asksAgain = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private hideTimer: ReturnType<typeof setTimeout> | undefined;

  private readonly poller: Poller | null;

  constructor(options: LiveOptions) {
    this.options = options;
    const told = (answered: boolean) => this.move({ polling: answered });
    this.poller = options.list
      ? new Poller(options.list, () => this.subscriptions.values(), told)
      : null;
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.connection = { phase: "idle", since: this.now(), attempt: 0, retryAt: null, server: null };
  }

  readonly getConnection = (): ConnectionState => this.connection;

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.socket || this.connection.phase === "connecting") return;
    this.connect();
  }

  /** Close for good (sign-out); `start` begins anew. */
  stop(): void {
    this.dropSocket();
    this.stopAsking();
    clearTimeout(this.retryTimer);
    this.move({ phase: "idle", attempt: 0, retryAt: null });
  }

  /** Skip the wait; the person asked. */
  retryNow(): void {
    if (this.connection.phase !== "waiting" && this.connection.phase !== "denied") return;
    clearTimeout(this.retryTimer);
    this.connect();
  }

  /**
   * The computer has lost its network: an open socket may be one that nothing comes through any
   * more, and is made anew.
   */
  doubt(): void {
    if (this.connection.phase === "open") this.reconnect();
  }

  /**
   * Somebody else was not answered by the console. A slow console and an error of a proxy say
   * nothing of a socket that works: it is doubted once its heartbeat is missing too.
   */
  unheard(): void {
    if (this.now() - this.heardAt > this.heartbeatMs + BEAT_LATE_MS) this.doubt();
  }

  /** `opening`: the page was opened for this table as it comes. */
  subscribe(collection: string, query: Query, window: Window, opening = false): Subscription {
    const id = `s${this.nextId++}`;
    const subscription = new Subscription(id, collection, query, window);
    this.subscriptions.set(id, subscription);
    this.sendSubscribe(subscription);
    const { list } = this.options;
    if (opening && list && this.connection.server === null) void showFirstRows(list, subscription);
    return subscription;
  }

  /** Another query under the same id: old rows stay until the answer. */
  requery(subscription: Subscription, query: Query, window: Window): void {
    subscription.query = query;
    subscription.window = window;
    subscription.expectSnapshot();
    this.sendSubscribe(subscription);
  }

  moveWindow(subscription: Subscription, window: Window): void {
    if (subscription.window.offset === window.offset && subscription.window.limit === window.limit)
      return;
    subscription.window = window;
    if (subscription.getState().status === "failed") return;
    if (this.poller?.running) this.poller.ask(subscription);
    this.send({ op: "window", id: subscription.id, ...window });
  }

  retry(subscription: Subscription): void {
    subscription.expectSnapshot();
    this.sendSubscribe(subscription);
  }

  release(subscription: Subscription): void {
    if (!this.subscriptions.delete(subscription.id)) return;
    this.send({ op: "unsubscribe", id: subscription.id });
  }

  /** Told by the page when the tab is hidden or shown. */
  setHidden(hidden: boolean): void {
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    clearTimeout(this.hideTimer);
    if (hidden) {
      this.hideTimer = setTimeout(() => this.pause(), HIDDEN_GRACE_MS);
      return;
    }
    this.quiet = false;
    if (this.asksAgain) this.startAsking();
    if (this.paused) {
      this.paused = false;
      for (const subscription of this.subscriptions.values()) subscription.expectSnapshot();
      this.send({ op: "resume" });
    }
    this.retryNow();
  }

  private pause(): void {
    this.quiet = true;
    if (this.poller?.running) {
      this.poller.stop();
      this.asksAgain = true;
    }
    if (this.connection.phase !== "open") return;
    this.paused = true;
    this.send({ op: "pause" });
  }

  private connect(): void {
    this.move({ phase: "connecting", retryAt: null });
    let socket: SocketLike;
    try {
      socket = this.options.open();
    } catch {
      this.scheduleRetry();
      return;
    }
    this.socket = socket;
    this.paused = false;
    this.guard(HELLO_DEADLINE_MS);
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(String(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
    socket.onerror = () => undefined;
  }

  private receive(data: string): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(data) as ServerFrame;
    } catch {
      this.reconnect();
      return;
    }
    this.heardAt = this.now();
    this.guard(this.heartbeatMs * 2 + BEAT_LATE_MS);
    if (frame.op === "hello") this.hello(frame.heartbeat, frame.server);
    else if (frame.op === "heartbeat") this.send({ op: "pong" });
    else this.dispatch(frame);
  }

  private dispatch(frame: Exclude<ServerFrame, { op: "hello" | "heartbeat" }>): void {
    const subscription = this.subscriptions.get(frame.id);
    if (!subscription) return;
    switch (frame.op) {
      case "snapshot":
        subscription.snapshot(frame);
        break;
      case "delta":
        if (!subscription.delta(frame)) this.retry(subscription);
        break;
      case "resync":
        subscription.expectSnapshot();
        break;
      case "error":
        subscription.fail(frame.problem);
        break;
    }
  }

  private hello(heartbeatSeconds: number, server: string): void {
    this.heartbeatMs = heartbeatSeconds * 1000;
    this.guard(this.heartbeatMs * 2 + BEAT_LATE_MS);
    this.stopAsking();
    this.move({ phase: "open", attempt: 0, retryAt: null, server, polling: false });
    for (const subscription of this.subscriptions.values()) {
      subscription.expectSnapshot();
      this.sendSubscribe(subscription);
    }
  }

  private sendSubscribe(subscription: Subscription): void {
    if (this.poller?.running) this.poller.start();
    const { id, collection, query, window } = subscription;
    this.send({ op: "subscribe", id, collection, query, ...window });
  }

  /**
   * A frame for a socket that is closing is let go: its end is told a moment later, and every
   * subscription is sent anew on the next one.
   */
  private send(frame: ClientFrame): void {
    if (this.connection.phase !== "open" || this.socket?.readyState !== SOCKET_OPEN) return;
    this.socket.send(JSON.stringify(frame));
  }

  private closed(code: number): void {
    const refused = this.connection.phase === "connecting";
    this.dropSocket();
    if (code === CloseCode.sessionEnded) {
      this.end();
    } else if (code === CloseCode.noRight) {
      this.move({ phase: "denied", retryAt: null });
    } else if (refused) {
      this.scheduleRetry();
      // A refused handshake tells a browser nothing; only the REST API can say why.
      void this.options.probe().then((answer) => {
        if (this.connection.phase === "open") return;
        if (answer === "ended") this.end();
        else if (answer === "alive" && this.connection.attempt >= BLOCKED_AFTER) this.startAsking();
      });
    } else {
      this.scheduleRetry(code === CloseCode.tooMany ? 4 : 0);
    }
  }

  /** Ask for lists while no socket comes through; a hidden tab does once it is shown. */
  private startAsking(): void {
    this.asksAgain = this.quiet;
    if (!this.quiet && !this.poller?.running) this.poller?.start();
  }

  private stopAsking(): void {
    this.asksAgain = false;
    this.poller?.stop();
  }

  private end(): void {
    this.dropSocket();
    clearTimeout(this.retryTimer);
    this.stopAsking();
    this.move({ phase: "ended", retryAt: null, polling: false });
    this.options.onSessionEnded();
  }

  private reconnect(): void {
    this.dropSocket();
    this.scheduleRetry();
  }

  private scheduleRetry(extra = 0): void {
    clearTimeout(this.retryTimer);
    const attempt = this.connection.attempt + 1;
    const delay = retryDelay(attempt - 1 + extra, this.random);
    this.move({ phase: "waiting", attempt, retryAt: this.now() + delay });
    if (!this.hidden) this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  /** Reconnect when nothing at all has arrived for `ms`: half-open sockets say nothing. */
  private guard(ms: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.reconnect(), ms);
  }

  private dropSocket(): void {
    clearTimeout(this.watchdog);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private move(change: Partial<ConnectionState>): void {
    const next = { ...this.connection, ...change };
    // "Since" is when the rows stopped or started being live, not each attempt in between.
    const wasOpen = this.connection.phase === "open";
    if (wasOpen !== (next.phase === "open")) next.since = this.now();
    this.connection = next;
    for (const listener of this.listeners) listener();
  }
}
