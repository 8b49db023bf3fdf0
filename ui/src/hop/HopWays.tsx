import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { HopChain } from "../api/types";
import { encodeHops } from "../hops/hopsUrl";
import type { Range } from "../search/searchUrl";
import { formatCount, formatDuration, formatNoun, formatShare } from "../shared/format";
import { ServiceName } from "../shared/ServiceName";
import classes from "./HopWays.module.css";

interface Props {
  chains: HopChain[];
  further: number;
  range: Range;
}

/** The ways from requests to the hop; each step leads to its own page. */
export function HopWays({ chains, further, range }: Props) {
  return (
    <ul className={classes.ways} aria-label="Chains to it">
      {chains.map((chain) => (
        <li key={chain.links.map((link) => link.id).join(" ")} className={classes.way}>
          <span className={classes.share} title="Of the time of all requests">
            {formatShare(chain.share)}
          </span>
          <span className={classes.links}>
            {chain.links.map(({ id, service, span_name }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a way may come by a hop twice
              <Fragment key={at}>
                {at > 0 && <span className={classes.dim}> → </span>}
                <Link
                  to="/hops/$hopId"
                  params={{ hopId: id }}
                  search={encodeHops(range)}
                  title={span_name}
                >
                  <ServiceName name={service} /> <code>{span_name}</code>
                </Link>
              </Fragment>
            ))}
            <span className={classes.dim}>
              {" "}
              {formatNoun(chain.calls, "call")}, {formatCount(chain.errors)} failed, p50{" "}
              {formatDuration(chain.duration.p50_nano)}
            </span>
          </span>
        </li>
      ))}
      {further > 0 && <li className={classes.dim}>and {formatNoun(further, "further chain")}</li>}
    </ul>
  );
}
