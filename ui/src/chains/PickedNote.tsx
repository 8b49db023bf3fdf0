import type { PickedTraces } from "../api/types";
import { formatNoun } from "../shared/format";

/** Which traces the figures are made from, where not all count. */
export function PickedNote({ picked }: { picked: PickedTraces }) {
  const { traces, more, reference_traces, reference_more } = picked;
  const found = `${more ? "The newest " : ""}${formatNoun(traces, "trace")} that meet the conditions`;
  if (reference_traces === null) return <span>{found}</span>;
  const others = `${reference_more ? "the newest " : ""}${formatNoun(reference_traces, "other")}`;
  return (
    <span>
      {found}, compared with {others}
    </span>
  );
}
