import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { CALLS, callFigures } from "../../test/callNodes";
import { openPage } from "../../test/openPage";
import type { CallNode, ChainsAnswer, EntryChains } from "../api/types";

const ENTRY: EntryChains = {
  service: "frontend",
  span_name: "GET /checkout",
  requests: 10,
  duration: { p50_nano: 10e6, p90_nano: 12e6, p99_nano: 20e6 },
  share: 1,
  shape: {
    kind: "mixed",
    deepest: ["frontend", "cart"],
    fan_out: 2,
    widest: "frontend",
    sequential: 0.4,
  },
  chains: [
    {
      depth: 2,
      calls_per_request: 1,
      share: 0.7,
      hops: [
        {
          service: "frontend",
          calls_per_request: 1,
          self_nano_per_request: 1e6,
          gap_nano_per_request: 0,
        },
        {
          service: "bank",
          calls_per_request: 1,
          self_nano_per_request: 5e6,
          gap_nano_per_request: 1e6,
        },
      ],
    },
  ],
  further_chains: 0,
  nodes: CALLS,
};

const OTHER = { ...ENTRY, service: "batch", span_name: "nightly", nodes: CALLS.slice(0, 1) };

function answer(entries: EntryChains[]): ChainsAnswer {
  const left_out = { nodes: 0, share: 0, reference_share: 0 };
  return { entries, left_out, picked: null, completeness: { state: "complete" } };
}

const textOf = (element: Element) => element.textContent?.replaceAll("\u00a0", " ");

async function rows() {
  const table = await screen.findByRole("table", { name: "Calls" });
  return within(table)
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell").map(textOf));
}

test("calls stand below their callers, with their figures", async () => {
  openPage("/chains", { chains: () => answer([ENTRY]) });
  const found = await rows();
  expect(found.map((row) => row[0])).toEqual([
    "frontend GET /checkout",
    "bank POST /charge",
    "cart GET /cart",
    "cart SELECT items",
  ]);
  const figures = ["60 %", "60 %", "10", "×1.00", "0", "6.00 ms", "–", "–"];
  expect(found[1]?.slice(1)).toEqual(figures);
  expect(screen.getByText(/Between a chain and a hub/)).toBeTruthy();
  const chains = screen.getByRole("list", { name: "Chains of services", hidden: true });
  expect(textOf(chains)).toBe("70 %frontend 1.00 ms → 1.00 ms bank 5.00 ms ×1.00 a request");
});

test("a call leads to its traces, and can hide what is below it", async () => {
  openPage("/chains?since=1h", { chains: () => answer([ENTRY]) });
  const link = await screen.findByRole("link", { name: /POST .charge/ });
  expect(link.getAttribute("href")).toBe("/?service=bank&span_name=POST+/charge");
  await userEvent.click(screen.getByRole("button", { name: /cart GET .cart/ }));
  expect((await rows()).length).toBe(3);
});

test("another kind of request, another view and a reference are in the address", async () => {
  const { asked, address } = openPage("/chains", {
    chains: (params) => answer(params.get("service") === "batch" ? [OTHER] : [ENTRY, OTHER]),
  });
  await rows();
  await userEvent.click(screen.getByRole("combobox", { name: "Requests" }));
  await userEvent.click(await screen.findByRole("option", { name: "batch nightly", hidden: true }));
  expect(address()).toBe("/chains?service=batch&span_name=nightly");
  expect(asked).toContain("chains?since=15m&settled=8s&service=batch&span_name=nightly");
  await userEvent.click(screen.getByRole("radio", { name: "Flame" }));
  expect(address()).toBe("/chains?service=batch&span_name=nightly&view=flame");
  await userEvent.click(screen.getByRole("combobox", { name: "Compare with" }));
  await userEvent.click(
    await screen.findByRole("option", { name: "The time before", hidden: true }),
  );
  expect(address()).toContain("against=before");
  expect(asked.some((question) => question.includes("reference_from="))).toBe(true);
});

test("with a reference each call says by how much a request changed there", async () => {
  const nodes: CallNode[] = CALLS.map((node) => ({
    ...node,
    reference: callFigures(10, 100, 100),
  }));
  openPage("/chains?against=before", { chains: () => answer([{ ...ENTRY, nodes }]) });
  const found = await rows();
  expect(found.map((row) => row[9])).toEqual(["±0", "+5.00 ms", "±0", "+1.00 ms"]);
});

test("the flame widens a call that is clicked", async () => {
  openPage("/chains?view=flame", { chains: () => answer([ENTRY]) });
  await userEvent.click(await screen.findByRole("button", { name: "cart GET /cart" }));
  expect(screen.queryByRole("button", { name: "bank POST /charge" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show all" }));
  expect(screen.getByRole("button", { name: "bank POST /charge" })).toBeTruthy();
});

test("some traces are picked by conditions, and held against the others", async () => {
  const picked = { traces: 200, more: true, reference_traces: 150, reference_more: false };
  const { asked, address } = openPage("/chains?status=error", {
    chains: () => ({ ...answer([ENTRY]), picked }),
  });
  await rows();
  expect(screen.getByText(/^The newest 200.traces that meet the conditions/)).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Span lasts at least"), "5ms{Enter}");
  expect(address()).toBe("/chains?status=error&min_duration=5ms");
  await userEvent.click(screen.getByRole("combobox", { name: "Compare with" }));
  await userEvent.click(
    await screen.findByRole("option", { name: "The other traces", hidden: true }),
  );
  expect(address()).toBe("/chains?status=error&min_duration=5ms&against=rest");
  expect(asked).toContain("chains?since=15m&status=error&min_duration=5ms&against=rest");
  await userEvent.click(screen.getByRole("button", { name: "All traces" }));
  expect(address()).toBe("/chains");
});

test("a query picks traces, and is told where it is none", async () => {
  const { asked, address } = openPage("/chains", {
    chains: (params) => {
      if (!params.has("q")) return answer([ENTRY]);
      const error = { error: "q: no query", code: "invalid_parameter", parameter: "q" };
      return Response.json(error, { status: 400 });
    },
  });
  await rows();
  await userEvent.click(screen.getByText("Only traces with a span that …"));
  await userEvent.type(screen.getByLabelText("TraceQL"), "{{ .a = 1 }{Enter}");
  expect(address()).toContain("/chains?q=");
  const q = new URLSearchParams({ q: "{ .a = 1 }" });
  expect(asked).toContain(`chains?since=15m&${q}`);
  expect(await screen.findByText(/no query/)).toBeTruthy();
  expect(screen.getByLabelText("TraceQL").getAttribute("aria-invalid")).toBe("true");
});

test("no requests are told", async () => {
  openPage("/chains", { chains: () => answer([]) });
  expect(await screen.findByText("No requests in this time")).toBeTruthy();
});
