import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { useHops } from "../api/hops";
import { RangeHead } from "../search/RangeHead";
import classes from "../search/RangePage.module.css";
import { rangeParams } from "../search/searchUrl";
import { CompletenessNote } from "../shared/CompletenessNote";
import { formatNoun } from "../shared/format";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
import { useTitle } from "../shared/useTitle";
import { HopsTable } from "./HopsTable";
import { decodeHops, encodeHops } from "./hopsUrl";

/** The calls between services: how often, how long, and where the time goes. */
export function HopsPage() {
  const range = decodeHops(useAddress({ from: "/hops" }));
  const navigate = useNavigate();
  const answer = useHops(rangeParams({ range }));
  useTitle("Hops");
  useShortcuts({ r: () => void answer.refetch() });

  const { data, error } = answer;
  const unanswered = answer.isFetching ? "Counting…" : "No answer";
  return (
    <div className={classes.page}>
      <RangeHead
        range={range}
        onRange={(next) => void navigate({ to: "/hops", search: encodeHops(next) })}
        answer={answer}
        state={
          data
            ? `${formatNoun(data.hops.length, "hop")}${data.more ? " and more" : ""}`
            : unanswered
        }
      />
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
