/** What was compared, in one line. */

import type { FindingsAnswer } from "../api/types";
import { formatCount } from "../shared/format";

/** From here on other requests came than before. */
const SHIFT_MIN = 0.3;

/** The line beside the heading: what the list below, or that there is none, rests on. */
export function summaryOf({ open, compared, silent_because }: FindingsAnswer): string {
  const isQuiet = open.length === 0;
  if (silent_because !== null) {
    return `${isQuiet ? "Nothing to compare yet" : "Not looked at anew"}: ${silent_because}`;
  }
  if (compared === null) return isQuiet ? "Nothing to compare yet" : "";
  const now = `${formatCount(compared.requests)} requests of the last minutes`;
  const than = `compared with ${formatCount(compared.reference_requests)} before`;
  return `${isQuiet ? "Nothing stands out: " : ""}${now} ${than}`;
}

/** Whether a difference may be due to what was asked for, not to who answered. */
export function isOtherWork({ compared }: FindingsAnswer): boolean {
  return compared !== null && compared.workload_shift >= SHIFT_MIN;
}
