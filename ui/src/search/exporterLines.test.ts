import { expect, test } from "vitest";
import { exporterLines, OTLP_HTTP_PORT, portOf } from "./exporterLines";

test.each([
  ["127.0.0.1:14318", "14318"],
  ["[::1]:9", "9"],
  ["no port", OTLP_HTTP_PORT],
  [undefined, OTLP_HTTP_PORT],
])("the port of %j is %s", (address, port) => {
  expect(portOf(address, OTLP_HTTP_PORT)).toBe(port);
});

test("the endpoint is the page's host with the server's port", () => {
  expect(exporterLines("[::1]", "14318")).toContain("ENDPOINT=http://[::1]:14318\n");
});
