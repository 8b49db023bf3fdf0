import { Fragment } from "react";
import type { EntryChains, ServiceChain } from "../api/types";
import { formatDuration, formatNoun, formatShare } from "../shared/format";
import { ServiceName } from "../shared/ServiceName";
import classes from "./ShapeNote.module.css";

const SHAPES = {
  chain: "A chain: each service calls about one other",
  hub: "A hub: one service calls many",
  mixed: "Between a chain and a hub",
} as const;

/** Whether the requests are a chain or a hub, and which services wait for which. */
export function ShapeNote({ entry: { shape, chains, further_chains } }: { entry: EntryChains }) {
  return (
    <details className={classes.shape}>
      <summary className={classes.summary}>
        <b>{SHAPES[shape.kind]}</b>
        {", "}
        {formatNoun(shape.deepest.length, "service")} deep, {shape.fan_out.toFixed(1)} calls a
        request from <ServiceName name={shape.widest} />, {formatShare(shape.sequential)} of the
        time on the deepest chain
      </summary>
      <ul className={classes.chains} aria-label="Chains of services">
        {chains.map((chain) => (
          <li key={chain.hops.map((hop) => hop.service).join("\n")}>
            <Chain chain={chain} />
          </li>
        ))}
        {further_chains > 0 && <li>and {formatNoun(further_chains, "further chain")}</li>}
      </ul>
    </details>
  );
}

function Chain({ chain: { hops, share, calls_per_request } }: { chain: ServiceChain }) {
  return (
    <>
      <span className={classes.share}>{formatShare(share)}</span>
      <span className={classes.links}>
        {hops.map((hop, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service may stand in a chain twice, and chains do not change order
          <Fragment key={place}>
            {place > 0 && (
              <span className={classes.arrow} title="What the caller waits for beside the callee">
                {" "}
                →{hop.gap_nano_per_request > 0 &&
                  ` ${formatDuration(hop.gap_nano_per_request)}`}{" "}
              </span>
            )}
            <ServiceName name={hop.service} />{" "}
            <span className={classes.own} title="Its own time, for each request">
              {formatDuration(hop.self_nano_per_request)}
            </span>
          </Fragment>
        ))}
        <span className={classes.calls}> ×{calls_per_request.toFixed(2)} a request</span>
      </span>
    </>
  );
}
