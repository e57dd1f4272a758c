import { socketUrl } from "../api/http";
import type { SocketLike } from "./connection";

/** A socket to the console, which begins its handshake now. */
export const openSocket = () => new WebSocket(socketUrl()) as unknown as SocketLike;
