/** What was compared, in one line. */

import type { FindingsAnswer } from "../api/types";
import { formatCount } from "../shared/format";

/** The line beside the heading: what the list below, or that there is none, rests on. */
export function summaryOf({ open, compared, silent_because }: FindingsAnswer): string {
  const isQuiet = open.length === 0;
  if (silent_because !== null) {
    return `${isQuiet ? "Nothing to compare yet" : "Not looked at anew"}: ${silent_because}`;
  }
  if (compared === null) return isQuiet ? "Nothing to compare yet" : "";
  const now = `${formatCount(compared.requests)} requests of the last minutes`;
  const than = `against ${formatCount(compared.reference_requests)}, ${compared.sentence}`;
  return `${isQuiet ? "Nothing stands out: " : ""}${now} ${than}`;
}
