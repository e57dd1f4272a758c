import { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { App } from "./App";
import { sessionQuery } from "./session/session";
import { RouteError, RouteNotFound } from "./shell/RouteError";
import { parseSearch, stringifySearch } from "./shell/searchParams";

interface Context {
  queryClient: QueryClient;
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } },
});

const anySearch = (raw: Record<string, unknown>) => raw;

const root = createRootRouteWithContext<Context>()({
  validateSearch: anySearch,
  errorComponent: RouteError,
  notFoundComponent: RouteNotFound,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyRouteComponent(() => import("./features/signin/LoginPage"), "LoginPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./features/signin/SetupPage"), "SetupPage"),
});

/** Everything behind sign-in. */
const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: "/login", search: { next: location.href } });
  },
  component: App,
});

const overview = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: lazyRouteComponent(() => import("./features/overview/OverviewPage"), "OverviewPage"),
});

const machines = createRoute({
  getParentRoute: () => app,
  path: "/machines",
  component: lazyRouteComponent(() => import("./features/machines/MachinesPage"), "MachinesPage"),
});

const workloads = createRoute({
  getParentRoute: () => app,
  path: "/workloads/{-$kind}",
  component: lazyRouteComponent(
    () => import("./features/workloads/WorkloadsPage"),
    "WorkloadsPage",
  ),
});

const keyValue = createRoute({
  getParentRoute: () => app,
  path: "/key-value/{-$tab}",
  component: lazyRouteComponent(() => import("./features/keyvalue/KeyValuePage"), "KeyValuePage"),
});

const images = createRoute({
  getParentRoute: () => app,
  path: "/images/{-$tab}",
  component: lazyRouteComponent(() => import("./features/images/ImagesPage"), "ImagesPage"),
});

const events = createRoute({
  getParentRoute: () => app,
  path: "/events",
  component: lazyRouteComponent(() => import("./features/events/EventsPage"), "EventsPage"),
});

const activity = createRoute({
  getParentRoute: () => app,
  path: "/activity",
  component: lazyRouteComponent(() => import("./features/activity/ActivityPage"), "ActivityPage"),
});

const access = createRoute({
  getParentRoute: () => app,
  path: "/access/{-$tab}",
  component: lazyRouteComponent(() => import("./features/access/AccessPage"), "AccessPage"),
});

const stack = createRoute({
  getParentRoute: () => app,
  path: "/stack",
  component: lazyRouteComponent(() => import("./features/stack/StackPage"), "StackPage"),
});

const object = createRoute({
  getParentRoute: () => app,
  path: "/clusters/$cluster/$kind/$namespace/$name",
  component: lazyRouteComponent(() => import("./features/cluster/ObjectPage"), "ObjectPage"),
});

const key = createRoute({
  getParentRoute: () => app,
  path: "/key-value/$etcd/value",
  component: lazyRouteComponent(() => import("./features/keyvalue/KeyPage"), "KeyPage"),
});

const image = createRoute({
  getParentRoute: () => app,
  path: "/images/$registry/manifest",
  component: lazyRouteComponent(() => import("./features/images/ImagePage"), "ImagePage"),
});

const repository = createRoute({
  getParentRoute: () => app,
  path: "/images/$registry/repository",
  component: lazyRouteComponent(() => import("./features/images/RepositoryPage"), "RepositoryPage"),
});

const browse = createRoute({
  getParentRoute: () => app,
  path: "/browse/$collection",
  component: lazyRouteComponent(() => import("./features/browse/BrowsePage"), "BrowsePage"),
});

/** Inside the shell, so that a wrong address still leaves every way out. */
const nowhere = createRoute({
  getParentRoute: () => app,
  path: "$",
  component: RouteNotFound,
});

const routeTree = root.addChildren([
  login,
  setup,
  app.addChildren([
    overview,
    machines,
    workloads,
    keyValue,
    images,
    events,
    activity,
    access,
    stack,
    browse,
    nowhere,
    object,
    key,
    image,
    repository,
  ]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  basepath: import.meta.env.BASE_URL,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultErrorComponent: RouteError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
