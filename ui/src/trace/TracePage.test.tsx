import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "../../test/openPage";
import { generateTrace } from "../../test/traceGenerator";
import { spanIdOf, traceOf } from "../../test/traceNotation";
import type { Hop, SpanAnswer, TraceAnswer } from "../api/types";

const VIEW_HEIGHT = 600;

afterEach(() => vi.restoreAllMocks());

function checkout(): TraceAnswer {
  const answer = traceOf(`
    frontend GET /checkout 0..1000
      cart AddItem 100..500 !
        redis HSET 200..300 !!
      payment Charge 550..950
        bank POST /charge 600..900
  `);
  const slow = hop("payment", "bank", 4, false);
  const failing = hop("cart", "redis", 2, true);
  const explanation = {
    ...answer.explanation,
    sentence: "payment → bank POST /charge took 300 ns of 1.00 µs (30 %), all of it in bank",
    hops: [slow, failing],
    slowest_hop: slow,
    failing_hop: failing,
  };
  return { ...answer, explanation };
}

function hop(caller: string, callee: string, row: number, error: boolean): Hop {
  return {
    caller,
    callee,
    span_name: "x",
    client_span_id: null,
    server_span_id: spanIdOf(row),
    row,
    start_offset_nano: 0,
    duration_nano: 300,
    gap_nano: null,
    callee_self_nano: 300,
    critical_nano: 300,
    share: 0.3,
    error,
    where: "callee",
  };
}

function open(answer: TraceAnswer, query = "") {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(VIEW_HEIGHT);
  const spans = answer.columns.span_id
    .slice(0, 10)
    .map((id) => [`traces/${answer.trace_id}/spans/${id}`, () => span(id)] as const);
  return openPage(`/trace/${answer.trace_id}${query}`, {
    [`traces/${answer.trace_id}`]: () => answer,
    ...Object.fromEntries(spans),
  });
}

function span(spanId: string): Partial<SpanAnswer> {
  const none = { attributes: [], dropped_attributes_count: 0, schema_url: "" };
  return {
    span_id: spanId,
    kind: "server",
    status: { code: "error", message: "deadlock" },
    start_unix_nano: "1763900000000000000",
    attributes: [{ key: "http.route", value: { type: "string", value: `/of/${spanId}` } }],
    events: [],
    links: [],
    resource: none,
    scope: { ...none, name: "lib", version: "1" },
    same_id: 1,
    trace_state: "",
  };
}

const rows = () => screen.getAllByRole("row").filter((row) => row.hasAttribute("aria-level"));
const rowTexts = () => rows().map((row) => row.textContent);

const selectedText = () =>
  rows().find((row) => row.getAttribute("aria-selected") === "true")?.textContent;

test("the explanation stands on top, the failing hop first in its table", async () => {
  open(checkout());
  const explanation = await screen.findByRole("region", { name: "Explanation" });
  expect(explanation.textContent).toContain("payment → bank POST /charge took 300 ns");
  const hops = within(explanation).getAllByRole("button", { name: /→/ });
  expect(hops.map((one) => one.textContent)).toEqual(["cart→redis", "payment→bank"]);
});

test("a hop leads to its span, and the address says so", async () => {
  const { address } = open(checkout());
  await userEvent.click(await screen.findByRole("button", { name: "payment→bank" }));
  expect(await screen.findByText(`/of/${spanIdOf(4)}`)).toBeTruthy();
  expect(screen.getByText("deadlock")).toBeTruthy();
  await waitFor(() => expect(address()).toContain(`?span=${spanIdOf(4)}`));
});

test("keys walk, fold and find", async () => {
  open(checkout());
  await screen.findByRole("treegrid");
  await userEvent.keyboard("jj");
  expect(selectedText()).toBe("cartAddItem!");
  await userEvent.keyboard("[[");
  expect(rowTexts()).not.toContain("redisHSET!");
  await userEvent.keyboard("s");
  expect(selectedText()).toBe("bankPOST /charge");
  await userEvent.keyboard("e");
  expect(selectedText()).toBe("cartAddItem+1!");
  await userEvent.keyboard("e");
  expect(selectedText()).toBe("redisHSET!");
});

test("Enter presses the focused button, and a dialog keeps the keys to itself", async () => {
  open(checkout());
  const hop = await screen.findByRole("button", { name: "payment→bank" });
  hop.focus();
  await userEvent.keyboard("{Enter}");
  expect(selectedText()).toBe("bankPOST /charge");
  await userEvent.keyboard("?");
  await screen.findByText("Keyboard and pointer");
  await userEvent.keyboard("k");
  expect(selectedText()).toBe("bankPOST /charge");
});

test("a link brings the view back", async () => {
  open(checkout(), `?span=${spanIdOf(3)}&collapsed=${spanIdOf(1)}`);
  await screen.findByRole("treegrid");
  expect(rowTexts()).toEqual([
    "frontendGET /checkout",
    "cartAddItem+1!",
    "paymentCharge",
    "bankPOST /charge",
  ]);
  expect(await screen.findByText(`/of/${spanIdOf(3)}`)).toBeTruthy();
});

test("the filter keeps what it matches and what is above", async () => {
  const { address } = open(checkout());
  await userEvent.type(await screen.findByLabelText("Filter spans"), "bank");
  await waitFor(() => expect(rowTexts()).toHaveLength(3));
  await waitFor(() => expect(address()).toContain("?filter=bank"));
});

test("levels and places are told to those who cannot see them", async () => {
  open(checkout());
  const grid = await screen.findByRole("treegrid");
  expect(grid.getAttribute("aria-rowcount")).toBe("5");
  const levels = rows().map((row) => [
    row.getAttribute("aria-level"),
    row.getAttribute("aria-rowindex"),
  ]);
  expect(levels).toEqual([
    ["1", "1"],
    ["2", "2"],
    ["3", "3"],
    ["2", "4"],
    ["3", "5"],
  ]);
});

test("of 100,000 spans only those in view are rows", async () => {
  open(generateTrace(100_000));
  const grid = await screen.findByRole("treegrid");
  expect(rows()).toHaveLength(VIEW_HEIGHT / 24);
  await userEvent.keyboard("{End}");
  // A browser tells of it by itself.
  fireEvent.scroll(grid);
  expect(rows().at(-1)?.getAttribute("aria-rowindex")).toBe("100000");
  expect(rows().length).toBeLessThanOrEqual(VIEW_HEIGHT / 24 + 1);
});

test("a trace that is not there yet is waited for", async () => {
  openPage("/trace/ffffffffffffffffffffffffffffffff", {});
  expect(await screen.findByText(/is not here yet/)).toBeTruthy();
  expect(screen.getByText(/No such path: traces\/f+\. This page asks again/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "To the list of traces" }).getAttribute("href")).toBe(
    "/",
  );
});

test("an answer that does not fit together is told, not shown", async () => {
  const answer = checkout();
  answer.columns.kind.pop();
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  open(answer);
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("column kind has 4 rows instead of 5");
  expect(screen.getByRole("link", { name: "Hopline" })).toBeTruthy();
});

test("a trace is pinned, and the reason told where there is no room", async () => {
  let answer = checkout();
  const path = `traces/${answer.trace_id}`;
  const full = "1000 traces are pinned, and no more may be: unpin one first";
  let isFull = true;
  const { asked } = openPage(`/trace/${answer.trace_id}`, {
    [path]: () => answer,
    [`PUT ${path}/pin`]: () => {
      if (isFull) return Response.json({ error: full, code: "pin_refused" }, { status: 409 });
      answer = { ...answer, pinned_unix_nano: "1763900000000000000" };
      return {};
    },
    [`DELETE ${path}/pin`]: () => {
      answer = { ...answer, pinned_unix_nano: null };
      return new Response(null, { status: 204 });
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Pin" }));
  expect((await screen.findByRole("alert")).textContent).toBe(`${full}.`);
  isFull = false;
  await userEvent.click(screen.getByRole("button", { name: "Pin" }));
  await userEvent.click(await screen.findByRole("button", { name: "Pinned" }));
  await screen.findByRole("button", { name: "Pin" });
  expect(screen.queryByRole("alert")).toBeNull();
  const changes = asked.filter((one) => one.includes("/pin"));
  expect(changes).toEqual([`PUT ${path}/pin`, `PUT ${path}/pin`, `DELETE ${path}/pin`]);
});
