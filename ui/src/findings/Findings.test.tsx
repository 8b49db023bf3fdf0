import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { Compared, Finding, FindingsAnswer, Opportunity } from "../api/types";
import { formatClock } from "../shared/format";

const FIGURES = { calls: 120, affected: 120, p50_nano: 800e6, p90_nano: 812e6 };

const BANK: Finding = {
  kind: "slow_gap",
  hop_id: "7b5cf8cb593c6c0c",
  sentence:
    "the way between payment and bank `POST /charge` is slow (connect, queue, network): " +
    "90 % took up to 5.02 ms, now 812 ms; 210 ms longer for each request",
  service: "bank",
  other: "payment",
  span_name: "POST /charge",
  absorbed_by: null,
  harm: 1.83,
  nano_per_request: 210e6,
  per_request: 0,
  paths: 3,
  now: FIGURES,
  before: FIGURES,
  chain: ["frontend", "payment", "payment", "bank"].map((service) => ({ service, span_name: "x" })),
  entries: [
    {
      service: "frontend",
      span_name: "GET /checkout",
      harm: 1.83,
      share_of_slowdown: 0.83,
      share_of_failures: null,
    },
  ],
  differences: [{ scope: "resource", key: "host.name", value: "b7", bad: 1, normal: 0.1 }],
  bad_trace_ids: ["a".repeat(32), "b".repeat(32)],
  normal_trace_ids: ["c".repeat(32)],
  since_unix_nano: "1763900000000000000",
  last_unix_nano: "1763900060000000000",
  resolved_unix_nano: null,
  harm_max: 1.9,
};

const COMPARED: Compared = {
  from_unix_nano: "1763900000000000000",
  to_unix_nano: "1763900300000000000",
  reference_from_unix_nano: "1763890000000000000",
  reference_to_unix_nano: "1763900000000000000",
  requests: 1234,
  reference_requests: 30_000,
  request_nano: 250e6,
  sentence: "compared with the hour before",
};

function cart(n: number): Finding {
  return {
    ...BANK,
    kind: "failing",
    sentence: `errors begin in cart \`GET /${n}\`: 0 % before, now 12 % of its calls`,
    service: "cart",
    span_name: `GET /${n}`,
    harm: 0.12,
    paths: 1,
    differences: [],
    bad_trace_ids: ["d".repeat(32)],
    normal_trace_ids: [],
  };
}

/** The first screen with an answer, the rest of it as it is. */
function open(answer: Partial<FindingsAnswer>) {
  const none = {
    open: [],
    resolved: [],
    opportunities: [],
    compared: COMPARED,
    silent_because: null,
  };
  const completeness = { state: "complete" };
  return openPage("/", {
    findings: () => ({ ...none, ...answer }),
    search: () => ({ traces: [], more: false, next_cursor: null, completeness, took_ms: 4 }),
    status: () => ({ hot_spans: 7, sealed_spans: 0 }),
  });
}

const section = () => screen.findByRole("region", { name: "What is wrong now" });
const textOf = (element: Element) => element.textContent?.replaceAll("\u00a0", " ") ?? "";

async function rows(name = "Findings") {
  return within(await screen.findByRole("list", { name })).getAllByRole("listitem");
}

test("what is wrong stands above the search, in the server's order", async () => {
  open({ open: [BANK, cart(1)] });
  const [slow, failing] = (await rows()).map(textOf);
  expect(slow).toMatch(/^slow networkthe way between payment and bank POST \/charge is slow/);
  expect(slow).toContain("frontend → payment → bank and 2 other paths");
  expect(slow).toContain("host.name = b7 in 100 %, else 10 %");
  expect(slow).toContain("explains 83 % of what GET /checkout got slower");
  // More than the whole: the figure says so, though the bar is full.
  expect(slow).toMatch(/183 % longerfound \d+ \S+ ago$/);
  expect(failing).toMatch(/^failingerrors begin in cart GET \/1: 0 % before, now 12 %/);
  expect(failing).toContain("12 % of requests");
  const form = screen.getByRole("button", { name: "Search" });
  const place = (await section()).compareDocumentPosition(form);
  expect(place & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  expect(textOf(await section())).toContain("1,234 requests of the last minutes against 30,000");
  expect(textOf(await section())).not.toContain("Nothing stands out");
});

test("each finding leads to its traces and to those of its service", async () => {
  open({ open: [BANK, cart(1)] });
  const links = (await rows()).map((row) =>
    within(row)
      .getAllByRole("link")
      .map((link) => [link.getAttribute("aria-label") ?? textOf(link), link.getAttribute("href")]),
  );
  expect(links).toEqual([
    [
      ["slow trace 1", `/trace/${"a".repeat(32)}`],
      ["slow trace 2", `/trace/${"b".repeat(32)}`],
      ["normal trace", `/trace/${"c".repeat(32)}`],
      ["compare them", `/compare?trace=${"a".repeat(32)}&reference_trace=${"c".repeat(32)}`],
      ["the hop", "/hops/7b5cf8cb593c6c0c"],
      ["all traces of bank", "/?service=bank"],
    ],
    [
      ["bad trace", `/trace/${"d".repeat(32)}`],
      ["the hop", "/hops/7b5cf8cb593c6c0c"],
      ["all traces of cart", "/?service=cart"],
    ],
  ]);
});

test("the five worst are shown, the rest on demand", async () => {
  open({ open: [1, 2, 3, 4, 5, 6, 7].map(cart) });
  expect(await rows()).toHaveLength(5);
  await userEvent.click(screen.getByRole("button", { name: "Show all 7" }));
  expect(await rows()).toHaveLength(7);
});

test("where nothing is wrong one line says what was compared", async () => {
  open({});
  await screen.findByText(
    "Nothing stands out: 1,234 requests of the last minutes against 30,000, compared with the hour before",
  );
  expect(screen.queryByRole("list", { name: "Findings" })).toBeNull();
});

test("what is due to a new version says so, and what is not judged why", async () => {
  const now = Date.now();
  const change = {
    service: "bank",
    version: "2.1.0",
    version_before: "2.0.9",
    changed_unix_nano: `${now - (now % 60_000)}000000`,
    others_until_unix_nano: `${now - (now % 60_000)}000000`,
  };
  const compared = (service: string, more: Partial<Compared>): Compared => ({
    ...COMPARED,
    baseline: { kind: "version", version_change: { ...change, service } },
    ...more,
  });
  const sentence = "compared with the hour before the new version; 40 % of the requests are";
  open({
    open: [{ ...BANK, version_change: change }, cart(1)],
    compared_by_version: [
      compared("bank", {}),
      compared("shop", {}),
      compared("mail", { is_other_workload: true, sentence }),
    ],
  });
  const clock = formatClock(change.changed_unix_nano, now);
  const [slow, failing] = (await rows()).map(textOf);
  expect(slow).toContain(`since bank 2.1.0 (before: 2.0.9), deployed ${clock}`);
  expect(failing).not.toContain("deployed");
  expect((await rows("New versions")).map(textOf)).toEqual([
    `bank 2.1.0 (before: 2.0.9), deployed ${clock}: 1 finding since then`,
    `shop 2.1.0 (before: 2.0.9), deployed ${clock}: nothing stands out since then, ` +
      "1,234 requests against 30,000 of the hour before",
    `mail 2.1.0 (before: 2.0.9), deployed ${clock}: not judged: ${sentence}`,
  ]);
});

test("where too little came one line says so", async () => {
  open({ silent_because: "only 3 requests came in the last minutes" });
  await screen.findByText("Nothing to compare yet: only 3 requests came in the last minutes");
});

test("other requests than before may be the reason", async () => {
  const sentence =
    "compared with this hour yesterday; 30 % of the requests are of other kinds than then";
  open({ open: [BANK], compared: { ...COMPARED, sentence } });
  await screen.findByText(`1,234 requests of the last minutes against 30,000, ${sentence}`);
});

test("what is over is folded away, with its time", async () => {
  open({ resolved: [{ ...BANK, resolved_unix_nano: "1763900100000000000" }] });
  const summary = await screen.findByText("1 resolved lately");
  expect(summary.closest("details")?.open).toBe(false);
  await userEvent.click(summary);
  const [row] = await rows("Resolved findings");
  expect(row && textOf(row)).toMatch(/^2025-11-23 \d\d:\d\d – 2025-11-23 \d\d:\d\dthe way between/);
});

test("what could be faster is folded away, and leads to the traces of who calls", async () => {
  const names = (service: string, span_name: string) => ({ service, span_name });
  const cart: Opportunity = {
    kind: "could_be_parallel",
    sentence:
      "frontend `GET /cart` calls one after the other what might be called at once: " +
      "prices `GET /prices`, stock `GET /stock`; up to 60.0 ms (31 %) of frontend `GET /cart`",
    ...names("frontend", "GET /cart"),
    calls: [names("prices", "GET /prices"), names("stock", "GET /stock")],
    entry: names("frontend", "GET /cart"),
    requests: 120,
    nano_per_request: 60e6,
    share: 0.31,
  };
  open({ opportunities: [cart] });
  const summary = await screen.findByText(/1.opportunity: up to 31.% of frontend GET .cart/);
  expect(summary.closest("details")?.open).toBe(false);
  await userEvent.click(summary);
  const [row] = await rows("Opportunities");
  expect(row && textOf(row)).toContain("calls one after the other what might be called at once");
  expect(
    within(row as HTMLElement)
      .getByRole("link")
      .getAttribute("href"),
  ).toBe("/?service=frontend&span_name=GET+/cart");
  // Nothing is wrong, and that stays said.
  expect(screen.getByText(/^Nothing stands out/)).toBeTruthy();
});

test("an error leaves the search usable", async () => {
  const error = { error: "the comparison failed", code: "internal" };
  const { address } = openPage("/", { findings: () => Response.json(error, { status: 500 }) });
  expect(textOf(await screen.findByText(/The comparison failed\./))).toContain("cannot be told");
  await userEvent.type(screen.getByLabelText("Span lasts at least"), "5ms{Enter}");
  expect(address()).toBe("/?min_duration=5ms");
});

test("text from spans never becomes markup", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  const chain = [{ service: evil, span_name: evil }];
  open({ open: [{ ...BANK, service: evil, sentence: `errors begin in ${evil}`, chain }] });
  const [row] = await rows();
  expect(row && textOf(row)).toContain(`errors begin in ${evil}`);
  expect(document.querySelector("img")).toBeNull();
});
