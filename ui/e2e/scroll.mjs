/**
 * Scrolls a generated trace of 100,000 spans in the viewer of a running server and prints how long
 * frames took: `npm run e2e:scroll -- http://127.0.0.1:4320`. Times are for reading; what must hold
 * on any machine is that only the rows in view exist.
 */

import assert from "node:assert/strict";
import { runnerImport } from "vite";
import { launch, watch, withSlash } from "./browser.mjs";

const SPANS = 100_000;
const FRAMES = 240;
/** A hard pull at the wheel. */
const PIXELS_PER_FRAME = 400;
const ROWS_MAX = 60;

const [base] = process.argv.slice(2);
assert.ok(base, "usage: scroll.mjs <base URL>");
const { module } = await runnerImport("./test/traceGenerator.ts");
const trace = module.generateTrace(SPANS);

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const problems = watch(page);
  await page.route(`**/api/v1/traces/${trace.trace_id}`, (route) => route.fulfill({ json: trace }));
  await page.goto(new URL(`trace/${trace.trace_id}`, withSlash(base)).href);
  await page.getByRole("treegrid").waitFor();
  for (const key of ["scrollTop", "zoom"]) {
    const { frames, rows } = await page.evaluate(drive, {
      key,
      count: FRAMES,
      step: PIXELS_PER_FRAME,
    });
    assert.ok(rows <= ROWS_MAX, `${rows} rows in the document`);
    frames.sort((a, b) => a - b);
    const at = (share) => frames[Math.floor(share * (frames.length - 1))].toFixed(1);
    process.stdout.write(
      `${key}: ${SPANS} spans, ${rows} rows in the document, ms per frame p50 ${at(0.5)} p95 ${at(0.95)} max ${at(1)}\n`,
    );
  }
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}

/** In the page: one step each frame, and the time between frames. */
async function drive({ key, count, step }) {
  const grid = document.querySelector("[role=treegrid]");
  const bars = grid.querySelector("canvas").parentElement;
  const frames = [];
  let rows = 0;
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < count; i += 1) {
    if (key === "scrollTop") grid.scrollTop += step;
    else wheel(bars, i < count / 2 ? -40 : 40);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
    rows = Math.max(rows, grid.querySelectorAll("[role=row]").length);
  }
  return { frames, rows };

  function wheel(element, deltaY) {
    const { left, top } = element.getBoundingClientRect();
    const options = { deltaY, ctrlKey: true, clientX: left + 400, clientY: top + 50 };
    element.dispatchEvent(new WheelEvent("wheel", { ...options, bubbles: true, cancelable: true }));
  }
}
