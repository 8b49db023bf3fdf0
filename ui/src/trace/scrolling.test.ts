import { expect, test } from "vitest";
import { contentTop, revealTop, SCROLL_HEIGHT_MAX, scrollHeight, scrollTopFor } from "./scrolling";

const SMALL = { contentHeight: 2_400, viewHeight: 500 };
const HUGE = { contentHeight: 24_000_000, viewHeight: 500 };

test("small content scrolls one to one", () => {
  expect(scrollHeight(SMALL)).toBe(2_400);
  expect(contentTop(SMALL, 700)).toBe(700);
});

test("huge content is scaled, and both its ends can be reached", () => {
  expect(scrollHeight(HUGE)).toBe(SCROLL_HEIGHT_MAX);
  expect(contentTop(HUGE, 0)).toBe(0);
  expect(contentTop(HUGE, SCROLL_HEIGHT_MAX - 500)).toBeCloseTo(24_000_000 - 500);
  expect(scrollTopFor(HUGE, contentTop(HUGE, 123_456))).toBeCloseTo(123_456);
});

test("content that fits does not scroll", () => {
  expect(contentTop({ contentHeight: 100, viewHeight: 500 }, 0)).toBe(0);
});

test("a row is brought into view with as little movement as can be", () => {
  expect(revealTop(SMALL, 0, 240, 24)).toBe(0);
  expect(revealTop(SMALL, 0, 480, 24)).toBe(28);
  expect(revealTop(SMALL, 600, 600, 24)).toBe(576);
  expect(revealTop(SMALL, 0, 2_376, 24)).toBe(1_900);
});

test("a row far away gets a third of the view above it", () => {
  expect(Math.round(revealTop(HUGE, 0, 12_000_000, 24))).toBe(11_999_833);
});
