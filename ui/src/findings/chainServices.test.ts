import { expect, test } from "vitest";
import { chainServices, shortWay } from "./chainServices";

const chain = (text: string) =>
  text.split(" ").map((service) => ({ service, span_name: `GET /${service}` }));

test("a service that calls itself is told once, one that is come back to again", () => {
  expect(chainServices(chain("a a b b b a"))).toEqual(["a", "b", "a"]);
  expect(chainServices([])).toEqual([]);
});

test("a long way is cut in the middle", () => {
  expect(shortWay([..."abcdefgh"])).toEqual({ first: [..."abcdefgh"], cut: 0, last: [] });
  expect(shortWay([..."abcdefghi"])).toEqual({ first: ["a", "b"], cut: 2, last: [..."efghi"] });
});
