import { apiUrl } from "../../../api/http";
import type { Problem } from "../../../api/problem";
import { type Ended, endOf, type Opened, type Told, Typed } from "./frames";

export interface Asked {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
  /** Empty: the best shell there is. */
  command: readonly string[];
}

export interface Cells {
  columns: number;
  rows: number;
}

export interface Listener {
  opened: (told: Opened) => void;
  /** What is to be shown; `drawn` is called when it is, so that more may come. */
  shown: (data: Uint8Array, drawn: () => void) => void;
  /** It ends in so many seconds unless something is typed; null: not any more. */
  idle: (seconds: number | null) => void;
  refused: (problem: Problem) => void;
  ended: (how: Ended) => void;
}

/** One terminal's socket, from the question to its end; protocol: backend/…/terminal/README.md. */
export class Link {
  private readonly socket: WebSocket;
  private readonly typed: Typed;
  private over = false;

  constructor(
    asked: Asked,
    private size: Cells,
    private readonly listener: Listener,
  ) {
    const place = [asked.cluster, "exec", asked.namespace, asked.pod].map(encodeURIComponent);
    const url = new URL(apiUrl(`clusters/${place.join("/")}`), window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.typed = new Typed((piece) => this.send(piece));
    const { container, command } = asked;
    this.socket.onopen = () => this.say({ op: "open", container, command, ...this.size });
    this.socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") this.hear(JSON.parse(data) as Told);
      else this.show(new Uint8Array(data));
    };
    this.socket.onclose = ({ code }) => this.end({ reason: endOf(code) });
  }

  type(data: Uint8Array<ArrayBuffer>): void {
    if (!this.over) this.typed.add(data);
  }

  /** Before it is open, too: then it begins so. */
  resize(size: Cells): void {
    this.size = size;
    this.say({ op: "size", ...size });
  }

  stay(): void {
    this.say({ op: "stay" });
  }

  /** Ends what runs there. */
  close(): void {
    this.end({ reason: "closed" });
    this.socket.close();
  }

  /** Ends it, and tells nobody. */
  drop(): void {
    this.over = true;
    this.socket.close();
  }

  private show(data: Uint8Array): void {
    if (!this.over)
      this.listener.shown(data, () => this.say({ op: "taken", bytes: data.byteLength }));
  }

  private hear(told: Told): void {
    if (this.over) return;
    if (told.op === "beat") this.say({ op: "here" });
    else if (told.op === "took") this.typed.took(told.bytes);
    else if (told.op === "opened") this.listener.opened(told);
    else if (told.op === "idle") this.listener.idle(told.seconds);
    else if (told.op === "ended") this.end(told);
    else {
      this.over = true;
      this.listener.refused(told.problem);
    }
  }

  private end(how: Ended): void {
    if (this.over) return;
    this.over = true;
    this.listener.ended(how);
  }

  private say(frame: object): void {
    this.send(JSON.stringify(frame));
  }

  private send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(data);
  }
}
