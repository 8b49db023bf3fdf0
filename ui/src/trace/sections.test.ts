import { expect, test } from "vitest";
import { firstSectionAfter, sectionsByRow, tiledSections } from "./sections";

const TOLD = { row: [0, 1, 0, 1, 3], duration: [10, 20, 5, 5, 7] };

test("durations tile their root, and every root begins anew", () => {
  const { row, start, end } = tiledSections(TOLD, [0, 2, 3], [100, 110, 400, 500]);
  expect(row).toEqual(TOLD.row);
  expect(Array.from(start)).toEqual([100, 110, 130, 135, 500]);
  expect(Array.from(end)).toEqual([110, 130, 135, 140, 507]);
});

test("sections are found by row and by time", () => {
  const row = [0, 9, 1, 0, 1, -1, 3];
  const start = [0, 5, 10, 30, 35, 6, 500];
  const end = [10, 6, 30, 35, 40, 7, 507];
  const sections = sectionsByRow({ row, start, end }, 4);
  expect([...sections.first]).toEqual([0, 2, 4, 4, 5]);
  expect([...sections.start]).toEqual([0, 30, 10, 35, 500]);
  expect([0, 10, 11, 31, 99].map((nano) => firstSectionAfter(sections, 0, nano))).toEqual([
    0, 0, 1, 1, 2,
  ]);
});
