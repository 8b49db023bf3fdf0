import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { DifferenceAnswer, DifferenceCall } from "../api/types";

const MILLI = 1e6;
const BAD = "a".repeat(32);
const GOOD = "b".repeat(32);
const ADDRESS = `/compare?trace=${BAD}&reference_trace=${GOOD}`;

function call(
  depth: number,
  service: string,
  self: [number | null, number | null],
  subtree: number,
): DifferenceCall {
  const side = (millis: number | null) =>
    millis === null
      ? null
      : { calls: 1, errors: 0, errors_began: 0, self_nano: millis * MILLI, gap_nano: 0 };
  return {
    depth,
    service,
    span_name: "GET /",
    kind: "server",
    hop_id: "7b5cf8cb593c6c0c",
    now: side(self[0]),
    reference: side(self[1]),
    difference_nano: ((self[0] ?? 0) - (self[1] ?? 0)) * MILLI,
    subtree_difference_nano: subtree * MILLI,
  };
}

const side = (millis: number) => ({
  traces: 1,
  more: false,
  requests: 1,
  errors: 0,
  duration_nano: millis * MILLI,
});

const ANSWER: DifferenceAnswer = {
  now: side(1000),
  reference: side(300),
  difference_nano: 700 * MILLI,
  nodes: [
    call(0, "frontend", [150, 170], 700),
    call(1, "bank", [750, null], 750),
    call(1, "cache", [null, 30], -30),
  ],
  left_out: { nodes: 2, difference_nano: 0 },
  completeness: { state: "complete" },
};

const textOf = (element: Element) => element.textContent?.replaceAll("\u00a0", " ") ?? "";

test("two traces are told call by call, with what only one has", async () => {
  const { asked } = openPage(ADDRESS, { "compare/traces": () => ANSWER });
  const table = await screen.findByRole("table", { name: "Differences" });
  const rows = within(table).getAllByRole("row").slice(1);
  expect(rows.map((row) => within(row).getAllByRole("cell").map(textOf))).toEqual([
    ["frontend GET /", "1", "0", "150 ms against 170 ms", "0 ns", "−20.0 ms", "+700 ms"],
    [
      "bank GET /only here",
      "1 against 0",
      "0",
      "750 ms against 0 ns",
      "0 ns",
      "+750 ms",
      "+750 ms",
    ],
    [
      "cache GET /missing here",
      "0 against 1",
      "0",
      "0 ns against 30.0 ms",
      "0 ns",
      "−30.0 ms",
      "−30.0 ms",
    ],
  ]);
  expect(textOf(screen.getByText(/against 300/))).toBe("1.00 s against 300 ms: +700 ms");
  expect(screen.getByText(/and 2.further calls/)).toBeTruthy();
  expect(asked).toContain(`compare/traces?trace=${BAD}&reference_trace=${GOOD}`);
  const links = within(screen.getByRole("heading", { level: 1 })).getAllByRole("link");
  expect(links.map((link) => link.getAttribute("href"))).toEqual([
    `/trace/${BAD}`,
    `/trace/${GOOD}`,
  ]);
});

test("without two traces nothing is asked", async () => {
  const { asked } = openPage(`/compare?trace=${BAD}`, { "compare/traces": () => ANSWER });
  expect(await screen.findByText("The address names no two traces to compare")).toBeTruthy();
  expect(asked.some((question) => question.startsWith("compare"))).toBe(false);
});

test("a trace that is gone is told", async () => {
  openPage(ADDRESS, {
    "compare/traces": () =>
      Response.json({ error: "no trace here", code: "not_found" }, { status: 404 }),
  });
  expect((await screen.findByRole("alert")).textContent).toContain("No trace here");
});
