import { cleanup, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";
import { shopAnswers } from "../../test/shopAnswers";

/** The colours that stand beside a service's name on the page. */
function colorsOf(name: string): Set<string> {
  const dots = screen
    .getAllByText(name)
    .map((element) => element.parentElement?.querySelector<HTMLElement>("[aria-hidden]"));
  return new Set(dots.filter((dot) => !!dot).map((dot) => dot.style.background));
}

test("a service has one colour in the list and in its trace", async () => {
  const { trace, search } = shopAnswers();
  const server = { search: () => search, [`traces/${trace.trace_id}`]: () => trace };
  const listed = new Map<string, Set<string>>();
  openPage("/", server);
  await screen.findAllByText("bank");
  for (const name of trace.services) listed.set(name, colorsOf(name));
  cleanup();
  openPage(`/trace/${trace.trace_id}`, server);
  await screen.findAllByText("bank");
  for (const name of trace.services) {
    expect(listed.get(name)?.size, name).toBe(1);
    expect(colorsOf(name), name).toEqual(listed.get(name));
  }
  expect(new Set([...listed.values()].map((colors) => [...colors][0])).size).toBe(3);
});
