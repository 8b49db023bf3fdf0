/** Looks at the pages beside the traces: hops, one hop, the map, chains; on a desk's screen and on a phone's. */

import assert from "node:assert/strict";
import { watch, withSlash } from "./browser.mjs";

const SCREENS = [
  { name: "wide", viewport: { width: 1280, height: 900 } },
  { name: "narrow", viewport: { width: 390, height: 844 } },
];

export async function lookAtPages(browser, base, shoot) {
  for (const { name, viewport } of SCREENS)
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ colorScheme, viewport });
      const page = await context.newPage();
      const problems = watch(page);
      const shot = (what) => shoot(page, `${what}-${name}-${colorScheme}`);

      await page.goto(new URL("./hops", withSlash(base)).href);
      const hop = page.getByRole("table", { name: "Hops" }).getByRole("link").first();
      await hop.waitFor();
      await fits(page, "hops");
      // By the keyboard alone.
      await hop.focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/hops\/[0-9a-f]{16}/);
      const charts = page.getByRole("region", { name: "Over time" }).getByRole("img");
      await charts.first().waitFor();
      assert.equal(await charts.count(), 3);
      const lines = await charts
        .locator("path")
        .evaluateAll((all) => all.map((it) => it.getAttribute("d")));
      assert.ok(
        lines.some((line) => line !== ""),
        "no chart has a line",
      );
      await fits(page, "one hop");
      await shot("hop");

      await page.goto(new URL("./map", withSlash(base)).href);
      const map = page.getByRole("region", { name: "Service map" });
      await map.getByRole("link").first().waitFor();
      assert.ok((await map.locator("path > title").count()) > 0, "no call is drawn");
      await fits(page, "map");
      await shot("map");

      await page.goto(new URL("./chains", withSlash(base)).href);
      const calls = page.getByRole("table", { name: "Calls" });
      await calls.waitFor();
      await fits(page, "chains");
      await shot("chains");
      await page.goto(new URL("./chains?status=error&against=rest", withSlash(base)).href);
      await page.getByText(/that meet the conditions, compared with/).waitFor();
      await calls.waitFor();
      await fits(page, "chains of some traces");
      await shot("conditions");
      const first = calls.getByRole("link").first();
      await first.focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/hops\/[0-9a-f]{16}/);

      assert.deepEqual(problems, [], `${name} ${colorScheme}: problems in the console`);
      await context.close();
    }
}

/** Nothing scrolls sideways: neither the page nor anything on it. */
async function fits(page, what) {
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("body *")]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .filter((element) => {
        const { overflowX } = getComputedStyle(element);
        return element === document.documentElement || /auto|scroll/.test(overflowX);
      })
      .map((element) => element.className || element.tagName),
  );
  assert.deepEqual(wide, [], `${what}: scrolls sideways`);
}
