/** The way to a finding, as short as it can be said. */

import type { Finding } from "../api/types";

/** A longer way is cut in the middle: where it begins and where it ends is what counts. */
const SHOWN_MAX = 8;
const FIRST_SHOWN = 2;

/** The services of a chain, those that follow themselves once. */
export function chainServices(chain: Finding["chain"]): string[] {
  const services = chain.map((link) => link.service);
  return services.filter((service, at) => service !== services[at - 1]);
}

/** What is shown of a way: `cut` services lie between `first` and `last`. */
export function shortWay(services: string[]): { first: string[]; cut: number; last: string[] } {
  if (services.length <= SHOWN_MAX) return { first: services, cut: 0, last: [] };
  const last = services.slice(FIRST_SHOWN - SHOWN_MAX + 1);
  const cut = services.length - FIRST_SHOWN - last.length;
  return { first: services.slice(0, FIRST_SHOWN), cut, last };
}
