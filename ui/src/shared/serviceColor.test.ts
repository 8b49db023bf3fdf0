import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ColorMemory, colorsIn, SERVICE_COLORS } from "./serviceColor";

function memory(): ColorMemory {
  let text = JSON.stringify(new Array(SERVICE_COLORS).fill(0));
  return {
    read: () => JSON.parse(text),
    write: (marks) => {
      text = JSON.stringify(marks);
    },
  };
}

const NAMES = Array.from({ length: 40 }, (_, i) => `service-${i}`);

test("a name has one colour, whoever asks, in whatever order, then and later", () => {
  const shared = memory();
  const [list, trace] = [colorsIn(shared), colorsIn(shared)];
  const listed = new Map(NAMES.map((name) => [name, list(name)]));
  for (const name of [...NAMES].reverse()) expect(trace(name)).toBe(listed.get(name));
  expect(NAMES.map(colorsIn(shared))).toEqual([...listed.values()]);
});

test("names differ in colour as long as there are colours, then they share", () => {
  const colors = NAMES.map(colorsIn(memory()));
  expect(new Set(colors.slice(0, SERVICE_COLORS)).size).toBe(SERVICE_COLORS);
  expect(Math.max(...colors.slice(0, 8))).toBe(7);
  for (const color of colors) expect(color).toBeLessThan(SERVICE_COLORS);
});

test("two browsers agree on names that no other stands in the way of", () => {
  for (const name of NAMES) expect(colorsIn(memory())(name)).toBe(colorsIn(memory())(name));
});

/** WCAG 2.2, 1.4.11 for bars, 1.4.3 for text. */
const CONTRAST = { bar: 3, text: 4.5 };

test.each(["light", "dark"])("the colours of the %s theme have contrast", (scheme) => {
  const colors = themeColors(scheme);
  const surface = colors.get("--surface") ?? "";
  for (let i = 0; i < SERVICE_COLORS; i += 1) {
    const color = colors.get(`--service-${i}`) ?? "";
    expect(contrast(color, surface), `--service-${i}`).toBeGreaterThan(CONTRAST.bar);
  }
  for (const name of ["--text", "--text-dim", "--accent", "--error", "--slow"]) {
    for (const ground of ["--surface", "--bg", "--surface-raised"]) {
      const ratio = contrast(colors.get(name) ?? "", colors.get(ground) ?? "");
      expect(ratio, `${name} on ${ground}`).toBeGreaterThan(CONTRAST.text);
    }
  }
});

function themeColors(scheme: string): Map<string, string> {
  const sheet = readFileSync(`${process.cwd()}/src/tokens.css`, "utf8");
  const block = sheet.split(`scheme="${scheme}"] {`)[1]?.split("}")[0] ?? "";
  return new Map(
    [...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]),
  );
}

/** WCAG 2.2, definition of contrast ratio. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
