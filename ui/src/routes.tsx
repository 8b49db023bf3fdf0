/** Every view has an address; its search parameters are text, read by the view's own codec. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  type RouterHistory,
} from "@tanstack/react-router";
import { ChainsPage } from "./chains/ChainsPage";
import { ComparePage } from "./compare/ComparePage";
import { HopPage } from "./hop/HopPage";
import { HopsPage } from "./hops/HopsPage";
import { MapPage } from "./map/MapPage";
import { PinsPage } from "./pins/PinsPage";
import { SearchPage } from "./search/SearchPage";
import { ErrorState } from "./shared/ErrorState";
import { formatQuery, parseQuery, type QueryParams } from "./shared/queryString";
import { NotFound } from "./shell/NotFound";
import { Shell } from "./shell/Shell";
import { TracePage } from "./trace/TracePage";

const asText = (params: Record<string, unknown>): QueryParams => params as QueryParams;

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
});

const searchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: asText,
  component: SearchPage,
});

const hopsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/hops",
  validateSearch: asText,
  component: HopsPage,
});

const hopRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/hops/$hopId",
  validateSearch: asText,
  component: HopPage,
});

const mapRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/map",
  validateSearch: asText,
  component: MapPage,
});

const chainsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/chains",
  validateSearch: asText,
  component: ChainsPage,
});

const pinsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/pins",
  validateSearch: asText,
  component: PinsPage,
});

const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/compare",
  validateSearch: asText,
  component: ComparePage,
});

const traceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/trace/$traceId",
  validateSearch: asText,
  component: TracePage,
});

/** The history is the browser's unless a test gives another. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: rootRoute.addChildren([
      searchRoute,
      chainsRoute,
      mapRoute,
      hopsRoute,
      hopRoute,
      compareRoute,
      pinsRoute,
      traceRoute,
    ]),
    // The server tells by <base> under which prefix the viewer lives.
    basepath: new URL(document.baseURI).pathname,
    defaultErrorComponent: ({ error }) => (
      <ErrorState error={error instanceof Error ? error : new Error(String(error))} />
    ),
    parseSearch: parseQuery,
    stringifySearch: formatQuery,
    ...(history ? { history } : {}),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
