import { expect, test } from "vitest";
import { formatRate } from "./formatRate";

test("calls a second, or a minute where there are few", () => {
  const told = [0, 0.5, 1, 12.34, 1234.5].map((rate) => formatRate(rate).replace("\u00a0", " "));
  expect(told).toEqual(["0 /s", "30 /min", "1 /s", "12.3 /s", "1,235 /s"]);
});
