import { ApiError, type Problem } from "./problem";

/** How long one request may take before it counts as unanswered. */
const DEADLINE_MS = 20_000;

let onUnauthenticated: () => void = () => undefined;

/** Called once per 401 of any request but the session's own; the shell goes to sign-in. */
export function setUnauthenticatedHandler(handler: () => void): void {
  onUnauthenticated = handler;
}

/** The address of an API path, relative to where the console is served. */
export function apiUrl(path: string): string {
  return `${import.meta.env.BASE_URL}api/v1/${path}`;
}

/** The live socket's address, same origin as the page. */
export function socketUrl(): string {
  const url = new URL(apiUrl("live"), window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.toString();
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  /** Read the answer as text (logs, YAML) instead of JSON. */
  text?: boolean;
  /** The ETag of the version to change; 412 when it is no longer the present one. */
  ifMatch?: string;
  /** Milliseconds to wait, where an answer takes longer than others. */
  deadline?: number;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText || "Error", status: response.status };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, ...body, status: response.status };
  } catch {
    return fallback;
  }
}

function deadline(signal: AbortSignal | undefined, ms = DEADLINE_MS): AbortSignal {
  const limit = AbortSignal.timeout(ms);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

/** One call of the REST API. Throws `ApiError` for every answer that is not a success. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = {
    Accept: options.text
      ? "text/plain, application/yaml, application/problem+json"
      : "application/json",
  };
  if (method !== "GET") headers["X-Craton-Request"] = "1";
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(apiUrl(path), {
      method,
      headers,
      credentials: "same-origin",
      signal: deadline(options.signal, options.deadline),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError({
      title: timedOut ? "No answer in time" : "The console cannot be reached",
      status: 0,
    });
  }
  if (!response.ok) {
    if (response.status === 401 && path !== "session") onUnauthenticated();
    throw new ApiError(await problemOf(response));
  }
  if (response.status === 204) return undefined as T;
  return (options.text ? await response.text() : await response.json()) as T;
}
