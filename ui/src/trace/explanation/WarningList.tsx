import type { Warning } from "../../api/types";
import { formatNoun } from "../../shared/format";
import { Icon } from "../../shared/Icon";
import { useTimeline } from "../timelineContext";
import classes from "./WarningList.module.css";

/** Warnings listed; a broken instrumentation can make one per span. */
const LISTED_MAX = 200;

/** What was corrected or is missing in the trace; closed until asked for. */
export function WarningList({ warnings }: { warnings: Warning[] }) {
  const goTo = useTimeline((t) => t.goTo);
  if (warnings.length === 0) return null;
  return (
    <details className={classes.warnings}>
      <summary>
        <Icon name="warning" size={13} /> {formatNoun(warnings.length, "warning")}
      </summary>
      <ul>
        {warnings.slice(0, LISTED_MAX).map((warning) => (
          <li key={`${warning.kind} ${warning.row} ${warning.message}`}>
            <button
              type="button"
              disabled={warning.row === null}
              onClick={() => warning.row !== null && goTo(warning.row)}
            >
              {warning.message}
            </button>
          </li>
        ))}
      </ul>
      {warnings.length > LISTED_MAX && <p>The first {LISTED_MAX} are listed.</p>}
    </details>
  );
}
