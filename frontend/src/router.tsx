import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { App } from "./App";
import { hosting } from "./actions/ActionHost";
import { BASE } from "./api/base";
import { queryClient } from "./api/queryClient";
import { PAGES } from "./features/all";
import { LOGIN_SEARCH } from "./features/signin/search";
import { openAhead } from "./live/ahead";
import { openSocket } from "./live/socket";
import type { PageManifest } from "./pages/page";
import { readSearch, SCOPE_SEARCH } from "./pages/search";
import { sessionQuery } from "./session/session";
import { codeOf } from "./shell/codeOf";
import { forgetOthers } from "./shell/forgetOthers";
import { createLongHistory } from "./shell/longAddresses";
import { PageError, RouteError, RouteNotFound } from "./shell/RouteError";
import { parseSearch, stringifySearch } from "./shell/searchParams";

interface Context {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  validateSearch: (raw) => readSearch(SCOPE_SEARCH, raw),
  errorComponent: RouteError,
  notFoundComponent: RouteNotFound,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (raw) => readSearch(LOGIN_SEARCH, raw),
  component: lazyRouteComponent(() => import("./features/signin/LoginPage"), "LoginPage"),
});

/** The pages behind one-time links. */
const linked = ["/setup", "/invitation"].map((path) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(() => import("./features/signin/LinkedPage"), "LinkedPage"),
  }),
);

const unseal = createRoute({
  getParentRoute: () => root,
  path: "/break-glass",
  component: lazyRouteComponent(() => import("./features/signin/UnsealPage"), "UnsealPage"),
});

/** Everything behind sign-in. */
const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: "/login", search: { next: location.href } });
    forgetOthers(session.login);
    openAhead(openSocket);
  },
  component: App,
});

/** Asks the console for something small, now and once. */
const asked = () => queryClient.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false });

/** The route of a page, from its manifest; its code is loaded when it is opened. */
function routeOf({ path, load, search = {} }: PageManifest) {
  return createRoute({
    getParentRoute: () => app,
    path,
    validateSearch: (raw) => readSearch(search, raw),
    component: lazyRouteComponent(async () => ({ default: hosting(await codeOf(load, asked)) })),
    errorComponent: PageError,
  });
}

/** Inside the shell, so that a wrong address still leaves every way out. */
const nowhere = createRoute({
  getParentRoute: () => app,
  path: "$",
  component: RouteNotFound,
});

const routeTree = root.addChildren([
  login,
  ...linked,
  unseal,
  app.addChildren([...PAGES.map(routeOf), nowhere]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  basepath: BASE,
  history: createLongHistory(),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultErrorComponent: RouteError,
});
