import { useState } from "react";
import type { Finding } from "../api/types";
import classes from "./FindingList.module.css";
import { FindingRow } from "./FindingRow";

/** More would push the traces out of sight; the rest on demand. */
const FEW = 5;

interface Props {
  /** The most harmful first. */
  findings: Finding[];
  /** Milliseconds since the epoch. */
  now: number;
}

/** What is wrong now, the worst of it first. */
export function FindingList({ findings, now }: Props) {
  const [all, setAll] = useState(false);
  if (findings.length === 0) return null;
  return (
    <>
      <ol className={classes.list} aria-label="Findings">
        {(all ? findings : findings.slice(0, FEW)).map((finding) => (
          <FindingRow key={keyOf(finding)} finding={finding} now={now} />
        ))}
      </ol>
      {findings.length > FEW && (
        <button
          type="button"
          className={classes.more}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? "Show fewer" : `Show all ${findings.length}`}
        </button>
      )}
    </>
  );
}

/** What tells a finding from others: the server has each once. */
function keyOf({ kind, service, other, span_name }: Finding): string {
  return JSON.stringify([kind, service, other, span_name]);
}
