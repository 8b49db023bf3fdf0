import type { Finding } from "../api/types";
import { formatNoun } from "../shared/format";
import { ServiceName } from "../shared/ServiceName";
import { chainServices, shortWay } from "./chainServices";
import classes from "./FindingChain.module.css";

/** The services that lead to the finding, and whether other ways do, too. */
export function FindingChain({ finding }: { finding: Finding }) {
  const { first, cut, last } = shortWay(chainServices(finding.chain));
  if (first.length === 0) return null;
  const others = finding.paths - 1;
  return (
    <span className={classes.chain}>
      <Way services={first} />
      {cut > 0 && (
        <>
          <span className={classes.dim}>{` → ${formatCut(cut)} → `}</span>
          <Way services={last} />
        </>
      )}
      {others > 0 && <span className={classes.dim}> and {formatNoun(others, "other path")}</span>}
    </span>
  );
}

function formatCut(cut: number): string {
  return `… ${cut} more …`;
}

function Way({ services }: { services: string[] }) {
  return services.map((service, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a way may come by a service twice.
    <span key={at}>
      {at > 0 && <span className={classes.dim}> → </span>}
      <ServiceName name={service} />
    </span>
  ));
}
