import type { ClientFrame, ServerFrame } from "../api/generated/types.gen";
import { SOCKET_OPEN, type SocketLike } from "../live/connection";

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  readonly sent: ClientFrame[] = [];
  closed = false;
  readyState: number = SOCKET_OPEN;

  send(data: string): void {
    if (this.readyState !== SOCKET_OPEN) throw new Error("sent to a socket that is not open");
    this.sent.push(JSON.parse(data) as ClientFrame);
  }

  close(): void {
    this.closed = true;
    this.readyState = SOCKET_OPEN + 2;
  }

  receive(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  hello(server = "one"): void {
    this.receive({ op: "hello", protocol: 1, heartbeat: 15, server });
  }

  /** The server has said that it closes; the page is told by `serverCloses`, later. */
  serverIsClosing(): void {
    this.readyState = SOCKET_OPEN + 1;
  }

  serverCloses(code: number): void {
    this.readyState = SOCKET_OPEN + 2;
    this.onclose?.({ code });
  }

  last<Op extends ClientFrame["op"]>(
    op: Op,
  ): Required<Extract<ClientFrame, { op: Op }>> | undefined {
    return this.sent.findLast((frame) => frame.op === op) as never;
  }
}
