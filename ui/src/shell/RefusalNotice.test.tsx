import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openPage } from "../../test/openPage";

test("while the server takes no spans, every page says so and why", async () => {
  const reason = "the disk has 40.0 MiB free, and 64.0 MiB are kept free";
  openPage("/nowhere", {
    status: () => ({ accepting: false, refusing_reason: reason, hot_spans: 1, sealed_spans: 0 }),
  });
  const notice = await screen.findByRole("alert");
  expect(notice.textContent).toContain("takes no spans");
  expect(notice.textContent).toContain(reason);
});
