import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { Finding, GraphAnswer } from "../api/types";

const TIMES = { p50_nano: 5e6, p90_nano: 12e6, p99_nano: 812e6 };
const FIGURES = { calls: 120, errors: 0, duration: TIMES, share: 0.4 };
const KINDS = { caller_kind: "service", callee_kind: "service", gap: TIMES } as const;

const GRAPH: GraphAnswer = {
  services: [
    { ...FIGURES, service: "payment" },
    { ...FIGURES, service: "bank", errors: 6 },
  ],
  peers: [{ ...FIGURES, name: "postgresql/shop", kind: "database" }],
  edges: [
    { ...FIGURES, ...KINDS, caller: null, caller_kind: null, callee: "payment" },
    { ...FIGURES, ...KINDS, caller: "payment", callee: "bank", errors: 6 },
    {
      ...FIGURES,
      ...KINDS,
      caller: "bank",
      callee: "postgresql/shop",
      callee_kind: "database",
    },
  ],
  completeness: { state: "complete" },
};

const SLOW_BANK = {
  kind: "slow_code",
  sentence: "payment → bank `POST /charge` takes longer in bank itself",
  service: "bank",
  other: "payment",
  hop_id: "7b5cf8cb593c6c0c",
} as Finding;

const SLOW_QUERY = {
  ...SLOW_BANK,
  sentence: "bank → postgresql/shop `SELECT` takes longer",
  other: null,
  peer: { name: "postgresql/shop", kind: "database" },
} as Finding;

const findings = (open: Finding[]) => () => ({
  open: open.map((finding) => ({ ...finding, chain: [], entries: [], differences: [] })),
  resolved: [],
  opportunities: [],
  compared: null,
  silent_because: null,
});

test("who calls whom is drawn, and stands in a table", async () => {
  const { asked } = openPage("/map?since=24h", { graph: () => GRAPH });
  const map = await screen.findByRole("region", { name: "Service map" });
  expect(asked).toContain("graph?since=24h&settled=8s");
  const link = within(map).getByRole("link", { name: "payment" });
  expect(link.getAttribute("href")).toBe("/?service=payment&since=24h");
  expect(within(map).getByRole("img", { name: "database" })).toBeTruthy();
  expect(within(map).getByText("requests")).toBeTruthy();
  const titles = [...map.querySelectorAll("path > title")].map((it) => it.textContent);
  expect(titles).toHaveLength(3);
  expect(titles[1]?.replaceAll("\u00a0", " ")).toMatch(/^payment → bank\n120 calls, 5 % failed\n/);
  const rows = within(screen.getByRole("table", { name: "Calls between services" }))
    .getAllByRole("row")
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole("cell")
        .map((cell) => cell.textContent),
    );
  expect(rows.map((row) => row[0])).toEqual([
    "entry → payment",
    "payment → bank",
    "bank → postgresql/shop",
  ]);
  // It takes two sides that send spans to have a gap.
  expect(rows.map((row) => row[6] === "–")).toEqual([true, false, true]);
});

test("what is wrong now is marked, and leads to the hop", async () => {
  openPage("/map", { graph: () => GRAPH, findings: findings([SLOW_BANK]) });
  const map = await screen.findByRole("region", { name: "Service map" });
  const link = await within(map).findByTitle(SLOW_BANK.sentence);
  expect(link.getAttribute("href")).toBe("/hops/7b5cf8cb593c6c0c");
  expect(link.closest("[data-tone]")?.getAttribute("data-tone")).toBe("slow");
  const tones = [...map.querySelectorAll("path[data-tone]")].map((it) =>
    it.getAttribute("data-tone"),
  );
  expect(tones).toEqual(["plain", "slow", "plain"]);
});

test("what is wrong with a database is marked on the way there", async () => {
  openPage("/map", { graph: () => GRAPH, findings: findings([SLOW_QUERY]) });
  const map = await screen.findByRole("region", { name: "Service map" });
  await within(map).findByTitle(SLOW_QUERY.sentence);
  const slow = map.querySelectorAll("path[data-tone=slow] > title");
  expect([...slow].map((it) => it.textContent?.split("\n")[0])).toEqual(["bank → postgresql/shop"]);
});

test("a time without calls says so", async () => {
  const empty = { ...GRAPH, services: [], peers: [], edges: [] };
  openPage("/map", { graph: () => empty });
  expect(await screen.findByText("No calls in this time")).toBeTruthy();
  expect(screen.queryByRole("region", { name: "Service map" })).toBeNull();
});
