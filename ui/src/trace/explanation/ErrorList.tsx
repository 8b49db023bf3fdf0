import { Fragment } from "react";
import type { ErrorFinding } from "../../api/types";
import { ServiceName } from "../../shared/ServiceName";
import { useTimeline } from "../timelineContext";
import classes from "./ErrorList.module.css";

/** Errors shown; `e` walks through all of them in the tree. */
const FEW = 3;

const KINDS: Record<ErrorFinding["kind"], string> = {
  origin: "error began in",
  swallowed: "error swallowed above",
  retried: "error retried in",
  silent: "no answer from",
};

interface Props {
  errors: ErrorFinding[];
}

/** Where errors began and how far they went; what their messages say is told above. */
export function ErrorList({ errors }: Props) {
  const goTo = useTimeline((t) => t.goTo);
  if (errors.length === 0) return null;
  return (
    <ul className={classes.errors} aria-label="Errors">
      {errors.slice(0, FEW).map((error) => (
        <li key={error.row}>
          <button
            type="button"
            className={classes.error}
            onClick={() => goTo(error.row)}
            title={error.message}
          >
            <b className={classes.kind}>{KINDS[error.kind] ?? error.kind}</b>{" "}
            <ServiceName name={error.service} />{" "}
            <code>
              <bdi>{error.span_name}</bdi>
            </code>
            {error.passed_up_through.length > 0 && (
              <span className={classes.up}>
                {error.passed_up_through.map((service) => (
                  <Fragment key={service}>
                    {" ↑ "}
                    <ServiceName name={service} plain />
                  </Fragment>
                ))}
              </span>
            )}
          </button>
        </li>
      ))}
      {errors.length > FEW && (
        <li className={classes.rest}>and {errors.length - FEW} more: e goes through them</li>
      )}
    </ul>
  );
}
