import { expect, test } from "vitest";
import { traceOf } from "../../../test/traceNotation";
import type { Hop } from "../../api/types";
import { moreLabel, orderHops } from "./orderHops";

const hop = (callee: string, row: number): Hop => ({
  caller: "a",
  callee,
  span_name: "x",
  client_span_id: null,
  server_span_id: null,
  row,
  start_offset_nano: 0,
  duration_nano: 1,
  gap_nano: null,
  callee_self_nano: 1,
  critical_nano: 1,
  share: 0.5,
  error: false,
  where: "callee",
});

test("the failing hop comes first, then the slowest, and none twice", () => {
  const [slow, other, failing] = [hop("slow", 1), hop("other", 2), hop("failing", 3)];
  const order = (failing_hop: Hop | null, slowest_hop: Hop | null) =>
    orderHops({
      ...traceOf("a x 0..1").explanation,
      hops: [slow, other, failing],
      failing_hop,
      slowest_hop,
    }).map((one) => one.callee);
  expect(order({ ...failing }, { ...slow })).toEqual(["failing", "slow", "other"]);
  expect(order({ ...slow }, { ...slow })).toEqual(["slow", "other", "failing"]);
  expect(order(null, null)).toEqual(["slow", "other", "failing"]);
});

test("a list that the server cut is not called all", () => {
  expect(moreLabel(7)).toBe("All 7 hops");
  expect(moreLabel(1_000)).toBe("The 1,000 hops that took longest");
});
