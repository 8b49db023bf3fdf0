/**
 * Looks at the viewer with names nobody would choose, as wide as a desk and as narrow as a phone: no
 * content may lie where it cannot be seen. The answers are made here, the pages are the server's.
 */

import assert from "node:assert/strict";
import { runnerImport } from "vite";
import { watch, withSlash } from "./browser.mjs";

const WIDTHS = [390, 820, 1440];
const HEBREW = "שירות תשלומים עם שם ארוך מאוד ".repeat(34).trim();

/** By what is special about them. */
const NAMES = {
  ordinary: {},
  long: {
    frontend: "f".repeat(1_000),
    bank: "b".repeat(1_000),
    charge: "POST /charge".repeat(84),
    message: "m".repeat(1_000),
  },
  // A right-to-left override would turn what stands behind it.
  rightToLeft: { payment: "תשלומים", bank: HEBREW, charge: `\u202ePOST /charge ${HEBREW}` },
};

/** Fails on the first name that is not held. `shoot` takes a picture by name. */
export async function lookAtNames(browser, base, shoot) {
  const { module } = await runnerImport("./test/shopAnswers.ts");
  for (const width of WIDTHS) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    for (const [what, names] of Object.entries(NAMES)) {
      const answers = module.shopAnswers({ ...module.SHOP_NAMES, ...names });
      await lookAt(context, base, answers, (name) => `${name}-${what}-${width}`, shoot);
    }
    await context.close();
  }
}

async function lookAt(context, base, { trace, search, span }, named, shoot) {
  const page = await context.newPage();
  const problems = watch(page);
  const answer = async (pattern, json) => {
    await page.route(`**/api/v1/${pattern}`, (route) => route.fulfill({ json: json(route) }));
  };
  await answer("search?*", () => search);
  await answer(`traces/${trace.trace_id}`, () => trace);
  await answer("traces/*/spans/*", (route) => {
    const spanId = /spans\/(\w+)/.exec(route.request().url())?.[1];
    return span(trace.columns.span_id.indexOf(spanId));
  });
  const check = async (name) => {
    await shoot(page, named(name));
    assert.deepEqual(await page.evaluate(findCut), [], named(name));
  };

  await page.goto(new URL("./", withSlash(base)).href);
  await page.locator("[aria-label=Traces] li").first().waitFor();
  await check("list");
  await page.locator("[aria-label=Traces] li a").first().click();
  await page.locator("[role=treegrid] canvas").waitFor();
  await check("trace");
  await page.keyboard.press("s");
  await page.getByRole("complementary", { name: "Span" }).getByText("Resource").waitFor();
  await check("span");
  assert.deepEqual(problems, [], named("console"));
  await page.close();
}

/** In the page: what is wider than its place and does not end in an ellipsis. */
function findCut() {
  // A focus ring or the knob of a switch.
  const SLACK = 3;
  const cut = [];
  for (const element of document.querySelectorAll("main, main *")) {
    const style = getComputedStyle(element);
    const clips = style.overflowX !== "visible" && style.textOverflow !== "ellipsis";
    // What scrolls shows a bar from the first pixel on.
    const slack = ["auto", "scroll"].includes(style.overflowX) ? 0 : SLACK;
    if (clips && element.scrollWidth > element.clientWidth + slack) {
      const { scrollWidth, clientWidth, tagName, className } = element;
      cut.push(`${tagName}.${className}: ${scrollWidth} pixels in ${clientWidth}`);
    }
  }
  return cut;
}
