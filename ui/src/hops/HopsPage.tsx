import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { useHops } from "../api/hops";
import { FIELD_LABELS } from "../search/fieldLabels";
import { RangeInput } from "../search/RangeInput";
import { rangeParams } from "../search/searchUrl";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { formatNoun } from "../shared/format";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
import { ReloadButton } from "../shared/ReloadButton";
import { useTitle } from "../shared/useTitle";
import classes from "./HopsPage.module.css";
import { HopsTable } from "./HopsTable";
import { decodeHops, encodeHops } from "./hopsUrl";

/** The calls between services: how often, how long, and where the time goes. */
export function HopsPage() {
  const range = decodeHops(useAddress({ from: "/hops" }));
  const navigate = useNavigate();
  const answer = useHops(rangeParams({ range }));
  const reload = () => void answer.refetch();
  useTitle("Hops");
  useShortcuts({ r: reload });

  const { data, error } = answer;
  const unanswered = answer.isFetching ? "Counting…" : "No answer";
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <RangeInput
          range={range}
          wrong={error instanceof ApiError ? error.parameter : null}
          onChange={(next) => void navigate({ to: "/hops", search: encodeHops(next) })}
        />
        <span className={classes.count} aria-live="polite">
          {data
            ? `${formatNoun(data.hops.length, "hop")}${data.more ? " and more" : ""}`
            : unanswered}
        </span>
        <ReloadButton label="Ask again" busy={answer.isFetching} onClick={reload} />
      </div>
      {error && <ErrorState error={error} labels={FIELD_LABELS} onRetry={reload} />}
      {data && (
        <div className={classes.note}>
          <CompletenessNote completeness={data.completeness} />
        </div>
      )}
      {data?.hops.length === 0 && !error && <Notice title="No calls in this time" />}
      {data && <HopsTable hops={data.hops} range={range} />}
    </div>
  );
}
