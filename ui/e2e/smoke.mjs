/**
 * Looks at a running server as a person would: `npm run e2e -- http://127.0.0.1:4320 screenshots/`.
 * The server needs traces with a slow hop, as `hopline demo` makes them. Fails on the first thing
 * that is wrong, and on any console error or content security policy violation at all.
 */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch, watch, withSlash } from "./browser.mjs";
import { lookAtNames } from "./names.mjs";
import { lookAtPages } from "./pages.mjs";

const [base, folder] = process.argv.slice(2);
assert.ok(base && folder, "usage: smoke.mjs <base URL> <folder for screenshots>");
mkdirSync(folder, { recursive: true });

/** The demo needs some seconds for its first traces. */
const FIRST_TRACE_MS = 60_000;
const STEP_MS = 15_000;
/** Looks at list and trace until both tell the same. */
const STORIES_MAX = 5;

const browser = await launch();
try {
  for (const colorScheme of ["light", "dark"]) await look(colorScheme);
  const shoot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });
  await lookAtNames(browser, base, shoot);
  await lookAtPages(browser, base, shoot);
} finally {
  await browser.close();
}

async function look(colorScheme) {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const problems = watch(page);
  const shoot = (name) =>
    page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });

  const verdict = page.locator("[aria-label=Traces] li a").first();
  const explanation = page.getByRole("region", { name: "Explanation" });
  let listed = "";
  let told = "";
  // Spans that arrive between list and trace change the story: then once more.
  for (let i = 0; i < STORIES_MAX && (told === "" || told !== listed); i += 1) {
    await page.goto(new URL("./?order=slowest", withSlash(base)).href);
    await verdict.waitFor({ timeout: FIRST_TRACE_MS });
    listed = await verdict.innerText();
    assert.match(listed, /\d\s?(ms|s|µs)|error began in|never answered/, `no verdict: ${listed}`);
    await shoot("search");
    await verdict.click();
    told = await explanation.locator("p").first().innerText();
  }
  assert.equal(told, listed, "list and trace tell different stories");
  assert.ok(told.split("\n").length <= 2, `a copied sentence falls to pieces: ${told}`);
  assert.ok((await explanation.locator("tbody tr").count()) > 0, "no hops in the table");
  const bars = page.locator("[role=treegrid] canvas");
  await bars.waitFor();
  assert.ok((await inkOf(bars)) > 500, "the waterfall is blank");
  await shoot("trace");

  await page.keyboard.press("s");
  await page.getByRole("complementary", { name: "Span" }).getByText("Resource").waitFor();
  await page.waitForURL(/[?&]span=[0-9a-f]{16}/);
  const slowestSpan = new URL(page.url()).searchParams.get("span");
  const selected = page.locator("[role=row][aria-selected=true]");
  const before = await selected.innerText();
  await page.keyboard.press("k");
  await page.waitForFunction(
    (text) => document.querySelector("[role=row][aria-selected=true]")?.innerText !== text,
    before,
  );
  await shoot("span");

  await page.waitForURL((url) => url.searchParams.get("span") !== slowestSpan);

  const shared = page.url();
  await page.goto(shared);
  await selected.waitFor();
  assert.equal(page.url(), shared, "a link does not keep the view");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });

  await page.goto(new URL("./?order=most_errors", withSlash(base)).href);
  await verdict.waitFor();
  const failing = page.locator("[aria-label=Traces] li").first().getByText("fails").first();
  assert.ok(await failing.isVisible(), "the failing hop is not named in the list");
  await shoot("errors");

  assert.deepEqual(problems, [], `${colorScheme}: problems in the console`);
  process.stdout.write(`${colorScheme}: ${listed}\n`);
  await context.close();
}

/** Pixels that are not transparent. */
function inkOf(canvas) {
  return canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) ink += data[i] > 0 ? 1 : 0;
    return ink;
  });
}
