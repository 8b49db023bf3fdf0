import { afterEach, expect, test, vi } from "vitest";
import { ApiError, apiUrl, ask } from "./client";

afterEach(() => {
  vi.unstubAllGlobals();
  document.head.replaceChildren();
});

async function errorOf(answer: () => Promise<Response>): Promise<ApiError> {
  vi.stubGlobal("fetch", answer);
  const error: unknown = await ask("search", {}).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

test("questions go to where the viewer came from, under any prefix", () => {
  const base = document.createElement("base");
  base.href = "/tools/hopline/";
  document.head.append(base);
  const url = apiUrl("search", { service: "a&b", attribute: ["x=1", "y"], none: undefined });
  expect(url.href).toBe(
    "http://localhost:3000/tools/hopline/api/v1/search?service=a%26b&attribute=x%3D1&attribute=y",
  );
});

test("an error has the server's sentence, code and parameter", async () => {
  const body = { error: "unknown order 'x'", code: "invalid_parameter", parameter: "order" };
  const error = await errorOf(async () => Response.json(body, { status: 400 }));
  expect(error).toMatchObject({ message: body.error, code: body.code, parameter: "order" });
});

test("no answer, no JSON and no reason have sentences of our own", async () => {
  const silent = await errorOf(async () => Promise.reject(new TypeError("fetch failed")));
  expect(silent).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("running"),
  });
  const proxy = await errorOf(async () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  expect(proxy).toMatchObject({ code: "unreadable", message: expect.stringContaining("502") });
  const mute = await errorOf(async () => Response.json(null, { status: 500 }));
  expect(mute.message).toContain("500");
});

test("an abort stays an abort", async () => {
  const abort = new AbortController();
  abort.abort();
  vi.stubGlobal("fetch", async () => Promise.reject(new DOMException("aborted", "AbortError")));
  await expect(ask("search", {}, abort.signal)).rejects.toThrow(DOMException);
});
