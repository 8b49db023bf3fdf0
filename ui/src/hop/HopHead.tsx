import { Link } from "@tanstack/react-router";
import type { HopFigures } from "../api/types";
import { HopEnds } from "../hops/HopEnds";
import { searchOf } from "../hops/hopSearch";
import { hasGap } from "../hops/sides";
import { encodeSearch, type Range } from "../search/searchUrl";
import { Fact } from "../shared/Fact";
import { formatCount, formatDuration, formatShare } from "../shared/format";
import classes from "./HopHead.module.css";

/** Which hop it is, and its figures of the whole time. */
export function HopHead({ hop, range }: { hop: HopFigures; range: Range }) {
  const { calls, errors, errors_began, retries, duration, gap } = hop;
  return (
    <header className={classes.head}>
      <h1 className={classes.title}>
        <HopEnds hop={hop} />
      </h1>
      <dl className={classes.facts}>
        <Fact label="calls">{formatCount(calls)}</Fact>
        <Fact label="failed" failed={errors > 0}>
          {errors === 0 ? "0" : `${formatCount(errors)} (${formatShare(errors / calls)})`}
        </Fact>
        {errors > 0 && <Fact label="began here">{formatCount(errors_began)}</Fact>}
        {retries > 0 && <Fact label="called again">{formatCount(retries)}</Fact>}
        <Fact label="p50">{formatDuration(duration.p50_nano)}</Fact>
        <Fact label="p90">{formatDuration(duration.p90_nano)}</Fact>
        <Fact label="p99">{formatDuration(duration.p99_nano)}</Fact>
        {hasGap(hop) && <Fact label="gap p90">{formatDuration(gap.p90_nano)}</Fact>}
        <Fact label="self per call">{formatDuration(hop.self_nano_per_call)}</Fact>
        <Fact label="of all time">{formatShare(hop.share)}</Fact>
      </dl>
      <Link to="/" search={encodeSearch(searchOf(hop, range))} className={classes.traces}>
        All traces with it
      </Link>
    </header>
  );
}
