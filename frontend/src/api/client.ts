import { type Method, send } from "./http";

/**
 * The client behind the generated functions (`generated/sdk.gen.ts`), which name its types. It
 * gives the answer's data or throws `ApiError`; there is no answer with an error inside.
 */
export interface Client {
  getConfig: () => Config;
  delete: Send;
  get: Send;
  patch: Send;
  post: Send;
  put: Send;
}

type Send = <Responses = unknown, Errors = unknown, Throws extends boolean = boolean>(
  call: Call,
) => RequestResult<Responses, Errors, Throws>;

export interface ClientOptions {
  baseUrl: string;
}

export type Config<T extends ClientOptions = ClientOptions> = Partial<T>;

export type ClientMeta = Record<string, unknown>;

/** What an operation takes, as the generated types describe it. */
export interface TDataShape {
  body?: unknown;
  headers?: unknown;
  path?: unknown;
  query?: unknown;
  url: string;
}

/** What a caller may add to an operation's own parameters. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds to wait, where an answer takes longer than others. */
  deadline?: number;
  baseUrl?: string;
}

export type Options<
  Data extends TDataShape = TDataShape,
  _Throws extends boolean = boolean,
  _Response = unknown,
> = Omit<Data, "url"> & CallOptions & { headers?: object; throwOnError?: boolean };

/** The data of whichever success the operation has. */
export type RequestResult<
  Responses,
  _Errors = unknown,
  _Throws extends boolean = boolean,
> = Promise<{
  data: Responses extends Record<number, unknown> ? Responses[keyof Responses] : Responses;
  /** As in the audit's entry of what was done, and in the log. */
  requestId: string;
}>;

/** `bodySerializer: null` says that a body is bytes, to be sent as they are. */
type Call = TDataShape & CallOptions & { bodySerializer?: unknown };

export function createConfig<T extends ClientOptions>(config: Config<T> = {}): Config<T> {
  return config;
}

/** The client of the page's own console; an operation's address is all it needs. */
export function createClient(_config: Config): Client {
  const by =
    (method: Method): Send =>
    async ({ url, path, query, headers, body, bodySerializer, signal, deadline }) =>
      (await send(method, addressOf(url, path, query), {
        headers: headers as Record<string, string | number>,
        body: body === undefined || bodySerializer === null ? body : JSON.stringify(body),
        signal,
        deadline,
      })) as never;
  return {
    getConfig: () => ({}),
    delete: by("DELETE"),
    get: by("GET"),
    patch: by("PATCH"),
    post: by("POST"),
    put: by("PUT"),
  };
}

/** `/api/v1/jobs/{job_id}` with its parameters, from the console's own address on. */
export function addressOf(url: string, path: unknown, query: unknown): string {
  const names = (path ?? {}) as Record<string, unknown>;
  const address = url
    .replace(/^\//, "")
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])));
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    for (const item of [value].flat())
      if (item !== undefined && item !== null) params.append(name, String(item));
  return params.size > 0 ? `${address}?${params}` : address;
}
