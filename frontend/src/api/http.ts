import { learnClock } from "../format/clock";
import { isAttended } from "./attended";
import { BASE } from "./base";
import { ApiError, type Problem } from "./problem";

/** How long one request may take before it counts as unanswered. */
const DEADLINE_MS = 20_000;

let onUnauthenticated: () => void = () => undefined;

/** Called once per 401 of any request but the session's own; the shell goes to sign-in. */
export function setUnauthenticatedHandler(handler: () => void): void {
  onUnauthenticated = handler;
}

let onStepUp: (problem: Problem) => Promise<boolean> = async () => false;

/** Called where the server wants to know again who is there; when it gives true, it is asked anew. */
export function setStepUpHandler(handler: typeof onStepUp): void {
  onStepUp = handler;
}

/** The address of an API path, relative to where the console is served: for links and sockets. */
export function apiUrl(path: string): string {
  return `${BASE}api/v1/${path}`;
}

/** The live socket's address, same origin as the page. */
export function socketUrl(): string {
  const url = new URL(apiUrl("live"), window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.toString();
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface SendOptions {
  headers?: Record<string, string | number | null | undefined> | undefined;
  /** As it goes over the wire; its type is in the headers. */
  body?: unknown;
  signal?: AbortSignal | undefined;
  deadline?: number | undefined;
}

/**
 * The answer to one request, by its type: JSON as a value, anything else as text, nothing as
 * undefined. Throws `ApiError` for every answer that is not a success, and for none at all.
 */
export async function send(
  method: Method,
  address: string,
  options: SendOptions,
): Promise<{ data: unknown; requestId: string }> {
  try {
    return await sendOnce(method, address, options);
  } catch (error) {
    if (!(error instanceof ApiError) || !(await confirmAgain(error.problem))) throw error;
    return sendOnce(method, address, options);
  }
}

/** Whether it was only asked who is there, and the person has shown it now. */
export async function confirmAgain(problem: Problem): Promise<boolean> {
  return asksAgain(problem) && (await onStepUp(problem));
}

/** Where a 401 says that nobody got in, not that somebody's session is over. */
const OPENS = /\/session(\/next)?$/;

const asksAgain = ({ type, methods }: Problem) =>
  type.endsWith(":step-up-required") && (methods ?? []).length > 0;

async function sendOnce(
  method: Method,
  address: string,
  { headers, body, signal, deadline }: SendOptions,
): Promise<{ data: unknown; requestId: string }> {
  let response: Response;
  const sent = Date.now();
  try {
    const wire = onWire(method, address, { headers, body });
    response = await fetch(BASE + wire.address, {
      method: wire.method,
      headers: headersOf(wire.method, wire.headers, method === "GET" && !isAttended()),
      credentials: "same-origin",
      signal: within(signal, deadline),
      ...(wire.body === undefined ? {} : { body: wire.body as BodyInit }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    const title = timedOut ? "No answer in time" : "The console cannot be reached";
    throw new ApiError({ type: "about:blank", title, detail: title, status: 0 });
  }
  learnClock(response.headers.get("Date"), sent);
  if (!response.ok) {
    if (response.status === 401 && !OPENS.test(address)) onUnauthenticated();
    throw new ApiError(await problemOf(response));
  }
  const requestId = response.headers.get("X-Request-Id") ?? "";
  if (response.status === 204) return { data: undefined, requestId };
  const isText = /^(text\/plain|application\/yaml)/.test(
    response.headers.get("Content-Type") ?? "",
  );
  return { data: await (isText ? response.text() : response.json()), requestId };
}

/**
 * The body of an answer that goes on, as it comes. Throws `ApiError` like `send`; what breaks later
 * is thrown while it is read.
 */
export async function openStream(
  address: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(apiUrl(address), {
    headers: headersOf("GET", { Accept: "application/x-ndjson, application/problem+json" }, false),
    credentials: "same-origin",
    signal,
  });
  if (!response.ok || !response.body) {
    if (response.status === 401) onUnauthenticated();
    throw new ApiError(await problemOf(response));
  }
  return response.body;
}

/** Proxies let through 8 KB of an address; ours goes behind a path and a host. */
const LONGEST_ADDRESS = 4_000;

interface Wire extends Pick<SendOptions, "headers" | "body"> {
  method: Method;
  address: string;
}

/** As it is sent: a read whose address is too long is a POST with its query as the body. */
function onWire(method: Method, address: string, { headers, body }: SendOptions): Wire {
  const at = address.indexOf("?");
  if (method !== "GET" || at === -1 || address.length <= LONGEST_ADDRESS)
    return { method, address, headers, body };
  const long = {
    ...headers,
    "Content-Type": "application/x-www-form-urlencoded",
    "X-HTTP-Method-Override": "GET",
  };
  return {
    method: "POST",
    address: address.slice(0, at),
    headers: long,
    body: address.slice(at + 1),
  };
}

function headersOf(
  method: Method,
  given: SendOptions["headers"],
  unattended: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {
    Accept: "application/json, application/problem+json, text/plain;q=0.9",
  };
  if (method !== "GET") headers["X-Craton-Request"] = "1";
  if (unattended) headers["X-Craton-Unattended"] = "1";
  for (const [name, value] of Object.entries(given ?? {}))
    if (value || value === 0) headers[name] = String(value);
  return headers;
}

async function problemOf(response: Response): Promise<Problem> {
  const title = response.statusText || "Error";
  const fallback = { type: "about:blank", title, detail: title, status: response.status };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, detail: body.title ?? title, ...body, status: response.status };
  } catch {
    return fallback;
  }
}

function within(signal: AbortSignal | undefined, ms = DEADLINE_MS): AbortSignal {
  const limit = AbortSignal.timeout(ms);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}
