import { formatShare } from "./format";
import classes from "./ShareBar.module.css";

/** A part, 0 to 1, as a bar with its figure; a bar is full where the figure says more. */
export function ShareBar({ share, tone }: { share: number; tone: "slow" | "error" | "plain" }) {
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <span className={classes.bar} data-tone={tone}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ width }} />
      </span>
      <span className={classes.figure}>{formatShare(share)}</span>
    </span>
  );
}
