import { expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatDateTime,
  formatDuration,
  formatNoun,
  formatShare,
  formatTick,
  formatTime,
  formatWhen,
} from "./format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test.each([
  [0, "0 ns"],
  [999, "999 ns"],
  [1_000, "1.00 µs"],
  [12_340, "12.3 µs"],
  [999_499, "999 µs"],
  [999_500, "1.00 ms"],
  [812_000_000, "812 ms"],
  [999_600_000, "1.00 s"],
  [1_104_000_000, "1.10 s"],
  [9_996_000_000, "10.0 s"],
  [125_000_000_000, "2 min 05 s"],
  [3_600_000_000_000, "1 h 00 min"],
  [-2_000_000, "-2.00 ms"],
])("the duration %d is %s", (nano, text) => {
  expect(plain(formatDuration(nano))).toBe(text);
});

test.each([
  [0, "0 %"],
  [0.001, "<1 %"],
  [0.735, "74 %"],
  [1, "100 %"],
])("the share %d is %s", (share, text) => {
  expect(plain(formatShare(share))).toBe(text);
});

test.each([
  [0, 1e8, "0"],
  [2e8, 1e8, "200 ms"],
  [1e9, 5e8, "1.0 s"],
  [5e9, 1e9, "5 s"],
  [1_000_002_000, 1_000, "1.000002 s"],
  [20, 10, "20 ns"],
])("the mark %d of an axis in steps of %d is %s", (nano, step, text) => {
  expect(plain(formatTick(nano, step))).toBe(text);
});

test("absolute times keep every digit of the nanoseconds", () => {
  expect(formatDateTime("1763900000123456789")).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.123456789$/,
  );
  expect(formatTime("no number")).toBe("–");
});

test("a time of another day says its day", () => {
  const nano = "1763900000000000000";
  expect(formatWhen(nano, 1_763_900_000_000)).toBe(formatTime(nano));
  expect(formatWhen(nano, 1_763_900_000_000 + 3 * 86_400_000)).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d$/,
  );
});

test("bytes are in thousands", () => {
  expect([0, 812, 2_310, 52_000, 1_000_000, 256_000_000, 3e15].map(formatBytes).map(plain)).toEqual(
    ["0 B", "812 B", "2.3 kB", "52 kB", "1.0 MB", "256 MB", "3000 TB"],
  );
});

test("a clock has hours and minutes, and the day of another day", () => {
  const nano = "1763900000000000000";
  expect(formatClock(nano, 1_763_900_000_000)).toBe(formatTime(nano).slice(0, 5));
  const later = 1_763_900_000_000 + 3 * 86_400_000;
  expect(formatClock(nano, later)).toBe(formatWhen(nano, later));
});

test("how long ago is rough", () => {
  const ago = (seconds: number) => plain(formatAgo("1000000000000", 1_000_000 + seconds * 1000));
  expect([0, 40, 200, 7_300, 200_000, 40_000_000].map(ago)).toEqual([
    "now",
    "40 s ago",
    "3 min ago",
    "2 h ago",
    "2 d ago",
    "1 y ago",
  ]);
  expect([-1, -40, -200_000, -3_653 * 86_400].map(ago)).toEqual([
    "now",
    "in 40 s",
    "in 2 d",
    "in 10 y",
  ]);
});

test("one is not many", () => {
  expect([1, 2, 1234].map((n) => plain(formatNoun(n, "span")))).toEqual([
    "1 span",
    "2 spans",
    "1,234 spans",
  ]);
});
