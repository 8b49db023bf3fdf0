/** Asks the server, and turns whatever goes wrong into a sentence. */

/** Parameters of a question; an array becomes a repeated parameter. */
export type Params = Record<string, string | string[] | undefined>;

/** An answer that is not one. The message is a sentence for the person at the screen. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** The server's `code`, or `unreachable` or `unreadable` where it gave none. */
    readonly code: string,
    /** The parameter the server complains about. */
    readonly parameter: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/**
 * Asks `api/v1/<path>` relative to the document's base, so that any path prefix works.
 * Throws an `ApiError`, or an abort if `signal` says so.
 */
export async function ask<T>(path: string, params: Params, signal?: AbortSignal): Promise<T> {
  return (await send("GET", path, params, signal)) as T;
}

/** Changes what the server keeps, by `api/v1/<path>`. Throws an `ApiError`. */
export async function change(method: "PUT" | "DELETE", path: string): Promise<void> {
  await send(method, path, {});
}

async function send(
  method: string,
  path: string,
  params: Params,
  signal?: AbortSignal,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, params), {
      method,
      headers: { accept: "application/json" },
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("The server does not answer. Is it running?", "unreachable");
  }
  if (response.status === 204) return null;
  let body: unknown;
  try {
    body = await response.json();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(
      `The server answered ${response.status} with something that is not JSON.`,
      "unreadable",
    );
  }
  if (!response.ok) throw serverError(response.status, body);
  return body;
}

export function apiUrl(path: string, params: Params): URL {
  const url = new URL(`api/v1/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, one);
  }
  return url;
}

function serverError(status: number, body: unknown): ApiError {
  const { error, code, parameter } = (body ?? {}) as Record<string, unknown>;
  return new ApiError(
    typeof error === "string" ? error : `The server answered ${status} without a reason.`,
    typeof code === "string" ? code : "unreadable",
    typeof parameter === "string" ? parameter : null,
  );
}
