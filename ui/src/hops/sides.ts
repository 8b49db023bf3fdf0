/** Which ends of a hop send spans. */

import type { HopFigures, NodeKind } from "../api/types";

type Callee = Pick<HopFigures, "callee" | "callee_kind">;
type Ends = Callee & Pick<HopFigures, "caller" | "caller_kind">;

/** The service that answers; null where whoever is called sends no spans, as a database. */
export function answering({ callee, callee_kind }: Callee): string | null {
  return isService(callee_kind) ? callee : null;
}

/** Whether there is a way between two: none where a request enters, or where nobody answers. */
export function hasGap(hop: Ends): boolean {
  return hop.caller !== null && isService(hop.caller_kind) && answering(hop) !== null;
}

function isService(kind: NodeKind | null | undefined): boolean {
  return (kind ?? "service") === "service";
}
