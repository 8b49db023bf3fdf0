import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import type { Pin } from "../api/types";

const CHECKOUT: Pin = {
  trace_id: "a".repeat(32),
  pinned_unix_nano: "1763900100000000000",
  bytes: 2310,
  start_unix_nano: "1763900000000000000",
  duration_nano: 1_100_000_000,
  span_count: 12,
  error_count: 2,
  root_service: "frontend",
  root_name: "GET /checkout",
};

const NIGHTLY: Pin = {
  ...CHECKOUT,
  trace_id: "b".repeat(32),
  bytes: 1_000_000,
  start_unix_nano: "0",
  error_count: 0,
  root_service: "batch",
  root_name: "<b>nightly</b>",
};

/** The page before a server that keeps these pins. */
function open(pins: Pin[], refusal: string | null = null) {
  let kept = pins;
  const unpin = ({ trace_id }: Pin) => [
    `DELETE traces/${trace_id}/pin`,
    () => {
      if (refusal !== null) {
        return Response.json({ error: refusal, code: "unavailable" }, { status: 503 });
      }
      kept = kept.filter((pin) => pin.trace_id !== trace_id);
      return new Response(null, { status: 204 });
    },
  ];
  return openPage("/pins", {
    pins: () => ({ pins: kept, bytes: kept.reduce((sum, pin) => sum + pin.bytes, 0) }),
    search: () => ({
      traces: [],
      more: false,
      next_cursor: null,
      completeness: { state: "complete" },
      took_ms: 4,
    }),
    status: () => ({ hot_spans: 7, sealed_spans: 0 }),
    ...Object.fromEntries(pins.map(unpin)),
  });
}

const rows = async () =>
  within(await screen.findByRole("list", { name: "Pinned traces" })).getAllByRole("listitem");
const textOf = (element: Element) => element.textContent?.replaceAll("\u00a0", " ") ?? "";

test("each pin says what it is, since when it is kept and what it takes", async () => {
  open([CHECKOUT, NIGHTLY]);
  const [checkout, nightly] = await rows();
  expect(checkout && textOf(checkout)).toMatch(
    /^frontend GET \/checkout1\.10 s12 spans2 errorsbegan .+ · \d+ \S+ agopinned .+ ago2\.3 kBUnpin$/,
  );
  expect(nightly && textOf(nightly)).toMatch(/^batch <b>nightly<\/b>1\.10 s12 spanspinned/);
  expect(document.querySelector("code b")).toBeNull();
  expect(
    within(checkout as HTMLElement)
      .getByRole("link")
      .getAttribute("href"),
  ).toBe(`/trace/${CHECKOUT.trace_id}`);
  await screen.findByText("2 traces, 1.0 MB");
});

test("a trace is let go, and where that is refused the reason is told", async () => {
  const { asked } = open([CHECKOUT, NIGHTLY]);
  await rows();
  await userEvent.click(screen.getByRole("button", { name: "Unpin frontend GET /checkout" }));
  await screen.findByText("1 trace, 1.0 MB");
  expect(await rows()).toHaveLength(1);
  expect(asked).toContain(`DELETE traces/${CHECKOUT.trace_id}/pin`);
});

test("a refusal is told where it was asked for", async () => {
  open([CHECKOUT], "the store cannot write");
  const [row] = await rows();
  await userEvent.click(screen.getByRole("button", { name: "Unpin frontend GET /checkout" }));
  const alert = await within(row as HTMLElement).findByRole("alert");
  expect(alert.textContent).toBe("The store cannot write.");
  expect(await rows()).toHaveLength(1);
});

test("where none is pinned it is said how to pin one, and the search leads here", async () => {
  open([]);
  await screen.findByText("No trace is pinned");
  expect(screen.queryByRole("list", { name: "Pinned traces" })).toBeNull();
  await userEvent.click(screen.getByRole("link", { name: "Traces" }));
  const link = await screen.findByRole("link", { name: "Pinned traces" });
  expect(link.getAttribute("href")).toBe("/pins");
});
