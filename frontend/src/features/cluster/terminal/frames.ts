import type { Problem } from "../../../api/problem";

/** Why a terminal is over: as the console tells, or as its socket's end does. */
export type Reason =
  | "exited"
  | "container"
  | "gone"
  | "broken"
  | "idle"
  | "expired"
  | "right"
  | "silent"
  | "left"
  | "closed"
  | "lost"
  | "restarted"
  | "signedOut"
  | "tooMany";

export interface Ended {
  reason: Reason;
  code?: number | null;
  message?: string;
}

export interface Opened {
  /** Who the cluster takes the person for; empty where the console's own rights decide. */
  user: string;
  container: string;
  protocol: string;
  /** Unix seconds. */
  at: number;
  idle: number;
  until: number;
}

/** What the console tells beside the bytes that are shown. */
export type Told =
  | ({ op: "opened" } & Opened)
  | { op: "beat" }
  | { op: "took"; bytes: number }
  | { op: "idle"; seconds: number | null }
  | ({ op: "ended" } & Ended)
  | { op: "refused"; problem: Problem };

/** What a socket's end means that was told in no frame. */
export function endOf(code: number): Reason {
  if (code === 1012 || code === 1001) return "restarted";
  if (code === 4401) return "signedOut";
  if (code === 4403) return "right";
  if (code === 4429 || code === 1008) return "tooMany";
  return "lost";
}

/** As many bytes may be on their way to the container. */
export const AHEAD = 64 * 1024;
/** Bytes of one message. */
export const PIECE = 8 * 1024;

/** What was typed and not sent yet: no more is on its way than the container takes. */
export class Typed {
  private readonly waiting: Uint8Array<ArrayBuffer>[] = [];
  private away = 0;

  constructor(private readonly send: (piece: Uint8Array<ArrayBuffer>) => void) {}

  add(data: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < data.length; at += PIECE) this.waiting.push(data.slice(at, at + PIECE));
    this.go();
  }

  took(bytes: number): void {
    this.away = Math.max(0, this.away - bytes);
    this.go();
  }

  private go(): void {
    while (this.away < AHEAD) {
      const piece = this.waiting.shift();
      if (!piece) return;
      this.away += piece.length;
      this.send(piece);
    }
  }
}
