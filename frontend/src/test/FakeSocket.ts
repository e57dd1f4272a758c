import type { ClientFrame, ServerFrame } from "../api/generated/types.gen";
import type { SocketLike } from "../live/connection";

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  readonly sent: ClientFrame[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientFrame);
  }

  close(): void {
    this.closed = true;
  }

  receive(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  hello(server = "one"): void {
    this.receive({ op: "hello", protocol: 1, heartbeat: 15, server });
  }

  serverCloses(code: number): void {
    this.onclose?.({ code });
  }

  last<Op extends ClientFrame["op"]>(
    op: Op,
  ): Required<Extract<ClientFrame, { op: Op }>> | undefined {
    return this.sent.findLast((frame) => frame.op === op) as never;
  }
}
