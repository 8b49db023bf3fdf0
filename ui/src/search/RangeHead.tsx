import type { UseQueryResult } from "@tanstack/react-query";
import { ApiError } from "../api/client";
import { ErrorState } from "../shared/ErrorState";
import { ReloadButton } from "../shared/ReloadButton";
import { FIELD_LABELS } from "./fieldLabels";
import { RangeInput } from "./RangeInput";
import classes from "./RangePage.module.css";
import type { Range } from "./searchUrl";

interface Props {
  range: Range;
  onRange: (range: Range) => void;
  answer: Pick<UseQueryResult, "error" | "isFetching" | "refetch">;
  /** How much there is, or that it is waited for. */
  state: string;
}

/** The head of a page about one time: which, how much came, asking again, and what went wrong. */
export function RangeHead({
  range,
  onRange,
  answer: { error, isFetching, refetch },
  state,
}: Props) {
  const reload = () => void refetch();
  return (
    <>
      <div className={classes.bar}>
        <RangeInput
          range={range}
          wrong={error instanceof ApiError ? error.parameter : null}
          onChange={onRange}
        />
        <span className={classes.state} aria-live="polite">
          {state}
        </span>
        <ReloadButton label="Ask again" busy={isFetching} onClick={reload} />
      </div>
      {error && <ErrorState error={error} labels={FIELD_LABELS} onRetry={reload} />}
    </>
  );
}
