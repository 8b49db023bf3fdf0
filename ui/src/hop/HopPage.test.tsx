import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { HopAnswer, HopFigures } from "../api/types";

const HOP: HopFigures = {
  id: "7b5cf8cb593c6c0c",
  caller: "payment",
  callee: "bank",
  span_name: "POST /charge",
  calls: 1200,
  errors: 36,
  errors_began: 30,
  retries: 6,
  duration: { p50_nano: 5e6, p90_nano: 12e6, p99_nano: 812e6 },
  gap: { p50_nano: 1e6, p90_nano: 2e6, p99_nano: 3e6 },
  self_nano_per_call: 4e6,
  share: 0.4,
};
const ENTRY: HopFigures = {
  ...HOP,
  id: "00000000000000aa",
  caller: null,
  callee: "payment",
  span_name: "GET /pay",
};
const SLOW = "a".repeat(32);
const FAILING = "b".repeat(32);

const ANSWER: HopAnswer = {
  hop: HOP,
  series: {
    step_seconds: 60,
    points: [
      { start_unix_nano: "1763900040000000000", calls: 120, errors: 0, duration: HOP.duration },
      { start_unix_nano: "1763900100000000000", calls: 240, errors: 60, duration: HOP.duration },
    ],
    more: false,
  },
  chains: [
    {
      calls: 1200,
      errors: 36,
      duration: HOP.duration,
      gap: HOP.gap,
      share: 0.4,
      links: [
        { id: ENTRY.id, service: "payment", span_name: "GET /pay" },
        { id: HOP.id, service: "bank", span_name: "POST /charge" },
      ],
    },
  ],
  further_chains: 2,
  callers: [ENTRY],
  callees: [],
  examples: { slow_trace_ids: [SLOW], failing_trace_ids: [FAILING], typical_trace_ids: [] },
  completeness: { state: "complete" },
};

const ADDRESS = `/hops/${HOP.id}`;
const textOf = (element: Element) => element.textContent?.replaceAll("\u00a0", " ") ?? "";

test("a hop has its figures, and what they were over time", async () => {
  const { asked } = openPage(`${ADDRESS}?since=1h`, { [`hops/${HOP.id}`]: () => ANSWER });
  const title = await screen.findByRole("heading", { level: 1 });
  expect(textOf(title)).toBe("payment → bank POST /charge");
  expect(asked).toContain(`hops/${HOP.id}?since=1h&settled=8s`);
  const charts = within(screen.getByRole("region", { name: "Over time" }));
  // The last minute is told while none is pointed at.
  const told = charts.getAllByRole("figure").map((chart) => textOf(chart.children[0] as Element));
  expect(told).toEqual(["Rate4 /s", "Errors25 %", "Durationp50 5.00 msp90 12.0 msp99 812 ms"]);
  const lines = charts.getAllByRole("img");
  expect(lines.map((line) => line.getAttribute("aria-label")?.replaceAll("\u00a0", " "))).toEqual([
    "Rate over time, at most 4 /s",
    "Errors over time, at most 25 %",
    "Duration over time, at most 812 ms",
  ]);
  expect(lines[0]?.querySelector("path")?.getAttribute("d")).toBe("M0 0.5L1 0");
});

test("the same figures are a table, the newest first", async () => {
  openPage(ADDRESS, { [`hops/${HOP.id}`]: () => ANSWER });
  await userEvent.click(await screen.findByText("Figures"));
  const [, newest] = within(screen.getByRole("table", { name: "Figures over time" })).getAllByRole(
    "row",
  );
  const cells = within(newest as HTMLElement).getAllByRole("cell");
  expect(cells.slice(1).map(textOf)).toEqual(["4 /s", "25 %", "5.00 ms", "12.0 ms", "812 ms"]);
});

test("it leads to its callers, chains and traces", async () => {
  openPage(`${ADDRESS}?since=1h`, { [`hops/${HOP.id}`]: () => ANSWER });
  const callers = within(await screen.findByRole("table", { name: "Called within" }));
  const caller = callers.getByRole("link", { name: /payment/ });
  expect(caller.getAttribute("href")).toBe(`/hops/${ENTRY.id}?since=1h`);
  expect(screen.getByText(/it calls no other service/)).toBeTruthy();
  expect(screen.queryByRole("table", { name: "Leads to" })).toBeNull();
  const ways = within(screen.getByRole("list", { name: "Chains to it" }));
  expect(ways.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    `/hops/${ENTRY.id}?since=1h`,
    `/hops/${HOP.id}?since=1h`,
  ]);
  expect(ways.getByText(/2.further chains/)).toBeTruthy();
  const examples = within(screen.getByRole("list", { name: "Example traces" }));
  expect(examples.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    `/trace/${SLOW}`,
    `/trace/${FAILING}`,
  ]);
  const all = screen.getByRole("link", { name: "All traces with it" });
  expect(all.getAttribute("href")).toBe("/?service=bank&span_name=POST+/charge");
});

test("the findings about it are told, those about others are not", async () => {
  const finding = (hop_id: string, sentence: string) => ({
    kind: "failing",
    hop_id,
    sentence,
    service: "bank",
    other: "payment",
    span_name: sentence,
    absorbed_by: null,
    harm: 0.1,
    paths: 1,
    chain: [],
    entries: [],
    differences: [],
    bad_trace_ids: [],
    normal_trace_ids: [],
    since_unix_nano: "1763900000000000000",
    last_unix_nano: "1763900060000000000",
    resolved_unix_nano: null,
  });
  openPage(ADDRESS, {
    [`hops/${HOP.id}`]: () => ANSWER,
    findings: () => ({
      open: [finding(HOP.id, "errors begin in bank"), finding(ENTRY.id, "something else")],
      resolved: [],
      opportunities: [],
      compared: null,
      silent_because: null,
    }),
  });
  expect(await screen.findByText(/errors begin in/)).toBeTruthy();
  expect(screen.queryByText(/something else/)).toBeNull();
});

test("another time is in the address, and one without the hop says so", async () => {
  const { address } = openPage(ADDRESS, {
    [`hops/${HOP.id}`]: () =>
      Response.json({ error: "no hop in this time", code: "not_found" }, { status: 404 }),
  });
  expect((await screen.findByRole("alert")).textContent).toContain("No hop in this time");
  await userEvent.click(screen.getByRole("combobox", { name: "Trace started" }));
  await userEvent.click(await screen.findByRole("option", { name: "Last hour", hidden: true }));
  expect(address()).toBe(`${ADDRESS}?since=1h`);
});

test("text from spans never becomes markup", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  openPage(ADDRESS, {
    [`hops/${HOP.id}`]: () => ({ ...ANSWER, hop: { ...HOP, callee: evil, span_name: evil } }),
  });
  expect(textOf(await screen.findByRole("heading", { level: 1 }))).toContain(evil);
  expect(document.querySelector("img")).toBeNull();
});
