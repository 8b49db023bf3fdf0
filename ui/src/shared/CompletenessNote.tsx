import type { Completeness } from "../api/types";
import classes from "./CompletenessNote.module.css";
import { Icon } from "./Icon";

/** Nothing where the answer is complete; otherwise what is missing and why. */
export function CompletenessNote({ completeness }: { completeness: Completeness }) {
  if (completeness.state === "complete") return null;
  return (
    <p className={classes.note} role="status">
      <Icon name="warning" />
      {completeness.state === "truncated"
        ? `Not all of it: cut by the limit ${completeness.limit}.`
        : `Not all of it could be read: ${completeness.missing.join("; ")}.`}
    </p>
  );
}
