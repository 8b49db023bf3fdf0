import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { HopFigures, HopsAnswer } from "../api/types";

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

const ENTRY = { ...HOP, caller: null, callee: "frontend", span_name: "GET /", errors: 0 };
const NAMELESS = { ...HOP, callee: null, span_name: "GET", errors: 0, share: 0.1 };
const DATABASE: HopFigures = {
  ...NAMELESS,
  callee: "postgresql/shop",
  callee_kind: "database",
  span_name: "SELECT",
};

function answer(hops: HopFigures[], more: Partial<HopsAnswer> = {}): HopsAnswer {
  return { hops, more: false, completeness: { state: "complete" }, ...more };
}

const textOf = (element: Element | undefined) => element?.textContent?.replaceAll("\u00a0", " ");

async function cells() {
  const table = await screen.findByRole("table", { name: "Hops" });
  const rows = within(table).getAllByRole("row").slice(1);
  return rows.map((row) => within(row).getAllByRole("cell").map(textOf));
}

test("each hop is a row with its figures, in the server's order", async () => {
  openPage("/hops", { hops: () => answer([HOP, ENTRY, NAMELESS, DATABASE]) });
  const rows = await cells();
  expect(rows.map((row) => row[0])).toEqual([
    "payment → bank POST /charge",
    "entry → frontend GET /",
    "payment → (no answer) GET",
    "payment → postgresql/shop SELECT",
  ]);
  const figures = ["1,200", "36 (3 %)", "5.00 ms", "12.0 ms", "812 ms", "2.00 ms", "4.00 ms"];
  expect(rows[0]?.slice(1)).toEqual([...figures, "40 %"]);
  // No gap without two ends, and no errors in red where there are none.
  expect(rows.slice(1).map((row) => row[6])).toEqual(["–", "–", "–"]);
  expect(rows[1]?.[2]).toBe("0");
  expect(screen.getByRole("img", { name: "database" })).toBeTruthy();
});

test("a hop leads to its page, of the same time", async () => {
  const { asked } = openPage("/hops?since=24h", { hops: () => answer([HOP, DATABASE]) });
  const link = await screen.findByRole("link", { name: /bank/ });
  expect(link.getAttribute("href")).toBe("/hops/7b5cf8cb593c6c0c?since=24h");
  expect(asked).toContain("hops?since=24h&settled=8s");
});

test("the shell leads here, to the last minutes; another time is in the address", async () => {
  const { asked, address } = openPage("/", { hops: () => answer([HOP], { more: true }) });
  const nav = await screen.findByRole("navigation", { name: "Main" });
  await userEvent.click(within(nav).getByRole("link", { name: "Hops" }));
  expect(await screen.findByText(/^1.hop and more$/)).toBeTruthy();
  expect(asked).toContain("hops?since=15m&settled=8s");
  const current = within(nav).getAllByRole("link", { current: "page" });
  expect(current.map(textOf)).toEqual(["Hops"]);
  await userEvent.click(screen.getByRole("combobox", { name: "Trace started" }));
  // The list is not yet laid out, as there is no layout here.
  await userEvent.click(await screen.findByRole("option", { name: "Last hour", hidden: true }));
  expect(address()).toBe("/hops?since=1h");
});

test("nothing, too little and a refusal are told", async () => {
  openPage("/hops", {
    hops: () => answer([], { completeness: { state: "partial", missing: ["segment 12"] } }),
  });
  expect(await screen.findByText("No calls in this time")).toBeTruthy();
  expect(screen.getByText(/segment 12/)).toBeTruthy();
});

test("the server's sentence is shown when it refuses", async () => {
  const error = {
    error: "since: 'x' is no duration",
    code: "invalid_parameter",
    parameter: "since",
  };
  openPage("/hops?since=x", { hops: () => Response.json(error, { status: 400 }) });
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toBe("Trace started: 'x' is no duration.");
});
