import type { SocketLike } from "./connection";

/** A socket nobody took is closed after so long. */
const UNWANTED_MS = 10_000;

let ahead: AheadSocket | null = null;
let used = false;

/**
 * Opens the tab's socket, once, before the page that uses it is drawn: the handshake takes as long
 * as drawing does, and both can be done at once.
 */
export function openAhead(open: () => SocketLike): void {
  if (used) return;
  used = true;
  const opened = new AheadSocket(open());
  ahead = opened;
  setTimeout(() => {
    if (ahead === opened) takeAhead()?.close();
  }, UNWANTED_MS);
}

/** The socket opened ahead, once; null where there is none or it has closed. */
export function takeAhead(): SocketLike | null {
  const taken = ahead;
  ahead = null;
  return taken?.take() ? taken : null;
}

/** Keeps what comes until somebody listens. */
class AheadSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  private readonly socket: SocketLike;
  private waiting: { data: unknown }[] = [];
  private closed = false;

  constructor(socket: SocketLike) {
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.onmessage) this.onmessage(event);
      else this.waiting.push(event);
    };
    socket.onclose = (event) => {
      this.closed = true;
      this.onclose?.(event);
    };
    socket.onerror = () => undefined;
  }

  get readyState(): number {
    return this.socket.readyState;
  }

  /** Whether it is still of use; what came so far is told once its new owner listens. */
  take(): boolean {
    queueMicrotask(() => {
      for (const event of this.waiting.splice(0)) this.onmessage?.(event);
    });
    return !this.closed;
  }

  send(data: string): void {
    this.socket.send(data);
  }

  close(code?: number): void {
    this.socket.close(code);
  }
}
