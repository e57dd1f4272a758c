import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { act, render, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import type { ReactNode } from "react";
import { expect, vi } from "vitest";
import { hosting } from "../actions/ActionHost";
import type { SnapshotFrame } from "../api/generated/types.gen";
import { LiveClient } from "../live/client";
import { LiveProvider } from "../live/react";
import { parseSearch, stringifySearch } from "../shell/searchParams";
import { FakeSocket } from "./FakeSocket";

export interface TestConsole {
  socket: FakeSocket;
  client: LiveClient;
  /** Path and search of the page. */
  location: () => string;
  /** The browser's Back. */
  back: () => void;
  /** How many entries the browser's history has. */
  entries: () => number;
  snapshot: (frame?: Partial<SnapshotFrame>) => void;
}

/** Answer REST calls by path; anything else is a 404. */
export function stubApi(answers: Record<string, unknown>): void {
  vi.stubGlobal("fetch", async (input: string) => {
    const path = String(input).replace(/^.*\/api\/v1\//, "");
    const body = answers[path] ?? answers[path.split("?")[0] ?? ""];
    if (body === undefined)
      return Response.json({ title: "Not found", status: 404 }, { status: 404 });
    return typeof body === "string" ? new Response(body) : Response.json(body);
  });
}

/** Render a page inside a router, the query cache and a live client that the test drives. */
export async function renderInConsole(page: ReactNode, at = "/"): Promise<TestConsole> {
  const socket = new FakeSocket();
  const client = new LiveClient({
    open: () => socket,
    probe: async () => "alive",
    onSessionEnded: () => undefined,
  });
  const hosted = hosting(() => page);
  const root = createRootRoute({ component: Outlet, validateSearch: (raw) => raw });
  const any = createRoute({ getParentRoute: () => root, path: "$", component: hosted });
  const index = createRoute({ getParentRoute: () => root, path: "/", component: hosted });
  const router = createRouter({
    routeTree: root.addChildren([any, index]),
    history: createMemoryHistory({ initialEntries: [at] }),
    parseSearch,
    stringifySearch,
  });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queryClient}>
      <LiveProvider client={client}>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  act(() => socket.hello());
  const snapshot = (frame: Partial<SnapshotFrame> = {}) => {
    const rows = frame.rows ?? [];
    const id = socket.last("subscribe")?.id ?? "";
    act(() =>
      socket.receive({
        op: "snapshot",
        id,
        seq: 1,
        offset: 0,
        rows,
        total: rows.length,
        total_exact: true,
        facets: {},
        freshness: [{ source: "kubernetes/local", state: "live", since: 1, message: "" }],
        ...frame,
      }),
    );
  };
  return {
    socket,
    client,
    location: () => router.state.location.href,
    back: () => router.history.back(),
    entries: () => router.history.length,
    snapshot,
  };
}

/**
 * Wait until the page has subscribed, which it does once it knows the collection, and listens:
 * what is subscribed in an effect is listened to from the next render on.
 */
export async function subscribed(socket: FakeSocket): Promise<void> {
  await waitFor(() => expect(socket.last("subscribe")).toBeDefined());
  await act(() => new Promise<void>((done) => setTimeout(done)));
}

/** No serious fault that axe can find without a layout (contrast is checked in the browser). */
export async function expectAccessible(): Promise<void> {
  const result = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

export { act, screen };
