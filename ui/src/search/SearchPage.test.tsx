import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { Hop, SearchAnswer, TraceSummary } from "../api/types";

const HOP: Hop = {
  caller: "payment",
  callee: "bank",
  span_name: "POST /charge",
  client_span_id: "00000000000000c1",
  server_span_id: "00000000000000d1",
  row: 5,
  start_offset_nano: 0,
  duration_nano: 812e6,
  gap_nano: 2e6,
  callee_self_nano: 809e6,
  critical_nano: 810e6,
  share: 0.735,
  error: false,
  where: "callee",
};

function trace(n: number, more: Partial<TraceSummary> = {}): TraceSummary {
  return {
    trace_id: n.toString(16).padStart(32, "0"),
    start_unix_nano: "1763900000000000000",
    duration_nano: 1104e6,
    span_count: 9,
    error_count: 1,
    root_service: "frontend",
    root_name: "GET /checkout",
    services: [
      { name: "frontend", spans: 4, errors: 0 },
      { name: "bank", spans: 1, errors: 1 },
    ],
    matched_count: 1,
    matched: [],
    verdict: {
      sentence: "payment → bank POST /charge took 812 ms of 1.10 s (74 %), all of it in bank",
      slowest_hop: HOP,
      failing_hop: { ...HOP, caller: "cart", callee: "inventory", row: 2, share: 0.1, error: true },
    },
    ...more,
  };
}

function page(traces: TraceSummary[], next: string | null = null): SearchAnswer {
  const completeness = { state: "complete" } as const;
  return { traces, more: next !== null, next_cursor: next, completeness, took_ms: 4 };
}

test("a row carries the verdict, the failing hop before the slowest", async () => {
  openPage("/", { search: () => page([trace(1)]) });
  const [row] = within(await screen.findByRole("list", { name: "Traces" })).getAllByRole(
    "listitem",
  );
  const text = row?.textContent?.replaceAll("\u00a0", " ");
  expect(text).toContain(
    "payment → bank POST /charge took 812 ms of 1.10 s (74 %), all of it in bank",
  );
  expect(text).toMatch(
    /failscart→inventory812 msin inventoryslowestpayment→bank812 ms74 % of the time/,
  );
  expect(text).toContain("1 error");
});

test("text from spans never becomes markup", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  const verdict = { sentence: `${evil} took 5 ms`, slowest_hop: null, failing_hop: null };
  openPage("/", {
    search: () => page([trace(1, { root_name: evil, root_service: evil, verdict })]),
  });
  expect(await screen.findByText(/took/)).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
});

test("a trace too large to judge says so", async () => {
  openPage("/", { search: () => page([trace(1, { verdict: null, span_count: 50_000 })]) });
  expect(await screen.findByText(/A trace of 50,000.spans/)).toBeTruthy();
});

test("the next page is added by its cursor", async () => {
  const { asked } = openPage("/?order=slowest", {
    search: (params) => (params.get("cursor") === "c2" ? page([trace(2)]) : page([trace(1)], "c2")),
  });
  await userEvent.click(await screen.findByRole("button", { name: "More traces" }));
  expect(await screen.findByText(/^2.traces$/)).toBeTruthy();
  const searches = asked.filter((question) => question.startsWith("search?"));
  expect(searches[1]).toContain("cursor=c2");
  expect(searches[1]).toContain("order=slowest");
});

test("the address is the question", async () => {
  const { asked } = openPage("/?service=bank&attribute=a%3D1&attribute=b&since=15m&status=error", {
    search: () => page([trace(1)]),
  });
  await screen.findByRole("list", { name: "Traces" });
  expect(asked).toContainEqual(
    "search?service=bank&status=error&attribute=a%3D1&attribute=b&since=15m&order=newest&limit=25",
  );
});

test("the server's sentence is shown when it refuses, in the words of the form", async () => {
  const error = {
    error: "min_duration: 'x' is no duration; write 250ms",
    code: "invalid_parameter",
    parameter: "min_duration",
  };
  openPage("/?min_duration=x", { search: () => Response.json(error, { status: 400 }) });
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toBe("Span lasts at least: 'x' is no duration; write 250ms.");
  expect(screen.queryByText("Searching…")).toBeNull();
  const field = screen.getByLabelText("Span lasts at least");
  expect(field.getAttribute("aria-invalid")).toBe("true");
});

test("a query is typed beside the conditions, and what is wrong with it stands there", async () => {
  const query = '{ name = "GET /" } >> { status = err }';
  const error = {
    error: "q: parse error at line 1, col 32: unknown name 'err'",
    code: "invalid_parameter",
    parameter: "q",
  };
  const { address } = openPage("/?service=bank", {
    search: (params) =>
      params.get("q") === query ? Response.json(error, { status: 400 }) : page([trace(1)]),
  });
  const field = await screen.findByLabelText("TraceQL");
  await userEvent.click(field);
  await userEvent.paste(query);
  await userEvent.keyboard("{Enter}");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toBe("TraceQL: parse error at line 1, col 32: unknown name 'err'.");
  expect(screen.getByLabelText("TraceQL").getAttribute("aria-invalid")).toBe("true");
  expect(new URLSearchParams(address().slice(1)).get("q")).toBe(query);
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(address()).toBe("/");
});

test("an answer that is not complete says what is missing", async () => {
  const completeness = { state: "partial", missing: ["segment 12: bad checksum"] } as const;
  openPage("/", { search: () => ({ ...page([trace(1)]), completeness }) });
  expect(await screen.findByText(/segment 12: bad checksum/)).toBeTruthy();
});

test("an empty server tells how to send spans", async () => {
  openPage("/", { search: () => page([]), status: () => ({ hot_spans: 0, sealed_spans: 0 }) });
  expect(
    await screen.findByText(/OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/localhost:4318/),
  ).toBeTruthy();
});

test("the ports are those the server listens on", async () => {
  const addresses = { otlp_grpc_address: "0.0.0.0:14317", otlp_http_address: "0.0.0.0:14318" };
  openPage("/", {
    search: () => page([]),
    status: () => ({ hot_spans: 0, sealed_spans: 0, ...addresses }),
  });
  expect(await screen.findByText(/ENDPOINT=http:\/\/localhost:14318/)).toBeTruthy();
  expect(screen.getByText(/send to port 14317/)).toBeTruthy();
});

test("a search without result offers to widen it", async () => {
  const { address } = openPage("/?service=bank", {
    search: () => page([]),
    status: () => ({ hot_spans: 7, sealed_spans: 0 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Search all time" }));
  expect(address()).toBe("/?service=bank&since=all");
});

test("a pasted trace id opens the trace", async () => {
  const { address } = openPage("/", { search: () => page([trace(1)]) });
  await userEvent.click(await screen.findByLabelText("Open a trace by id"));
  await userEvent.paste("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  expect(address()).toBe("/trace/0af7651916cd43dd8448eb211c80319c?span=b7ad6b7169203331");
});

test("Enter on what is no trace id says why", async () => {
  const { address } = openPage("/", { search: () => page([trace(1)]) });
  await userEvent.type(await screen.findByLabelText("Open a trace by id"), "b7ad{Enter}");
  expect(screen.getByText("A trace id has 32 hex digits, this has 4.")).toBeTruthy();
  expect(address()).toBe("/");
  await userEvent.keyboard("6");
  expect(screen.queryByText(/A trace id has/)).toBeNull();
});

test("a name cannot turn the text around it, nor hide its full length", async () => {
  const name = `\u202eevil${"x".repeat(5_000)}`;
  openPage("/", { search: () => page([trace(1, { root_service: name })]) });
  const shown = await screen.findByText(name);
  expect(shown.closest("bdi")).not.toBeNull();
  expect(shown.closest("[title]")?.getAttribute("title")).toBe(name);
});
