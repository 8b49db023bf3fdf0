import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { App } from "../src/App";
import { createAppRouter } from "../src/routes";

/**
 * Answers to the API's paths below `api/v1/`, given the parameters of the question. Behind a
 * method that is not GET: `PUT traces/…/pin`.
 */
export type Server = Record<string, (params: URLSearchParams) => unknown>;

const NOTHING: Server = {
  services: () => ({ services: ["bank", "frontend"] }),
  "span-names": () => ({ span_names: [] }),
  attributes: () => ({ attributes: [] }),
  findings: () => ({
    open: [],
    resolved: [],
    opportunities: [],
    compared: null,
    silent_because: null,
  }),
};

/** Opens an address of the viewer before a server that answers as told, and else 404. */
export function openPage(address: string, server: Server) {
  const asked: string[] = [];
  const known = { ...NOTHING, ...server };
  vi.stubGlobal("fetch", async (input: URL, init?: RequestInit) => {
    const method = init?.method ?? "GET";
    const below = input.pathname.split("/api/v1/")[1] ?? "";
    const path = method === "GET" ? below : `${method} ${below}`;
    asked.push(`${path}${input.search}`);
    const answer = known[path]?.(input.searchParams);
    if (answer instanceof Response) return answer;
    if (answer !== undefined) return Response.json(answer);
    return Response.json({ error: `no such path: ${path}`, code: "not_found" }, { status: 404 });
  });
  const history = createMemoryHistory({ initialEntries: [address] });
  render(<App router={createAppRouter(history)} />);
  return { asked, address: () => history.location.href };
}
