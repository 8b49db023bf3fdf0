import type { ServiceShare } from "../../api/types";
import { formatDuration, formatNoun, formatShare } from "../../shared/format";
import { ServiceName } from "../../shared/ServiceName";
import { colorVariable, serviceColor } from "../../shared/serviceColor";
import classes from "./ServiceShares.module.css";

/** Services named below the bar; the rest is in the bar only. */
const NAMED_MAX = 8;

interface Props {
  services: ServiceShare[];
  durationNano: number;
}

/** Where the time went: the critical path, cut by service. */
export function ServiceShares({ services, durationNano }: Props) {
  const total = Math.max(1, durationNano);
  const byTime = services
    .filter((s) => s.critical_nano > 0)
    .sort((a, b) => b.critical_nano - a.critical_nano);
  if (byTime.length === 0) return null;
  return (
    <div className={classes.shares}>
      <div className={classes.bar} aria-hidden="true">
        {byTime.map(({ service, critical_nano }) => (
          <span
            key={service}
            title={service}
            style={{
              width: `${(100 * critical_nano) / total}%`,
              background: `var(${colorVariable(serviceColor(service))})`,
            }}
          />
        ))}
      </div>
      <ul className={classes.legend} aria-label="Time on the critical path by service">
        {byTime.slice(0, NAMED_MAX).map(({ service, spans, critical_nano, self_nano }) => (
          <li
            key={service}
            title={`${formatNoun(spans, "span")}, self time ${formatDuration(self_nano)}`}
          >
            <ServiceName name={service} />{" "}
            <span className={classes.time}>
              {formatDuration(critical_nano)}, {formatShare(critical_nano / total)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
