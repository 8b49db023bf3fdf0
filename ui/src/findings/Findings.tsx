import { useId } from "react";
import { useFindings } from "../api/findings";
import { errorSentence } from "../shared/errorSentence";
import { Icon } from "../shared/Icon";
import { FindingList } from "./FindingList";
import classes from "./Findings.module.css";
import { Opportunities } from "./Opportunities";
import { ResolvedFindings } from "./ResolvedFindings";
import { summaryOf } from "./summary";
import { VersionChanges } from "./VersionChanges";

/** What is wrong now: one quiet line where nothing is. Never in the way of the search. */
export function Findings() {
  const { data, error, dataUpdatedAt, isPending } = useFindings();
  const heading = useId();
  return (
    <section className={classes.findings} aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading} className={classes.title}>
          What is wrong now
        </h2>
        {isPending && <span className={classes.quiet}>Comparing…</span>}
        {data && <span className={classes.quiet}>{summaryOf(data)}</span>}
      </div>
      {error && (
        <p className={classes.trouble} role="status">
          <Icon name="warning" />
          <span>
            {data ? "This may be old. " : "It cannot be told. "}
            {errorSentence(error)}
          </span>
        </p>
      )}
      {data && <VersionChanges answer={data} now={dataUpdatedAt} />}
      {data && <FindingList findings={data.open} now={dataUpdatedAt} />}
      {data && <Opportunities opportunities={data.opportunities} />}
      {data && <ResolvedFindings findings={data.resolved} now={dataUpdatedAt} />}
    </section>
  );
}
