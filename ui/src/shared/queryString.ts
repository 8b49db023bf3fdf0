/** The query part of the address: plain text parameters, repeated where there are several. */

export type QueryParams = Record<string, string | string[] | undefined>;

export function parseQuery(text: string): QueryParams {
  const params: QueryParams = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = params[name];
    if (before === undefined) params[name] = value;
    else params[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return params;
}

/** Begins with `?` unless there is nothing to say. */
export function formatQuery(params: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) out.append(name, String(one));
    }
  }
  // These are legal in a query (RFC 3986 §3.4) and read better than their escapes.
  const text = out.toString().replace(/%2F/g, "/").replace(/%3A/g, ":");
  return text === "" ? "" : `?${text}`;
}

/** The first value of a parameter; null where it is missing or empty. */
export function first(value: unknown): string | null {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "string" && one !== "" ? one : null;
}

/** All values of a parameter that are not empty. */
export function all(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === "string" && one !== "");
}
