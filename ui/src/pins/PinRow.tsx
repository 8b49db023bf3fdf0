import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { usePin } from "../api/pin";
import type { Pin } from "../api/types";
import { errorSentence } from "../shared/errorSentence";
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatDateTime,
  formatDuration,
  formatNoun,
} from "../shared/format";
import { ServiceName } from "../shared/ServiceName";
import classes from "./PinsPage.module.css";

interface Props {
  pin: Pin;
  /** Milliseconds since the epoch. */
  now: number;
}

/** One trace that is kept: what it is, since when, and the way to let it go. */
export function PinRow({ pin, now }: Props) {
  const change = usePin(pin.trace_id);
  const label = `Unpin ${pin.root_service} ${pin.root_name}`;
  return (
    <li className={classes.row} data-failed={pin.error_count > 0 || undefined}>
      <Link className={classes.name} to="/trace/$traceId" params={{ traceId: pin.trace_id }}>
        <ServiceName name={pin.root_service} plain />{" "}
        <code title={pin.root_name}>
          <bdi>{pin.root_name}</bdi>
        </code>
      </Link>
      <span className={classes.figures}>
        <b>{formatDuration(pin.duration_nano)}</b>
        <span>{formatNoun(pin.span_count, "span")}</span>
        {pin.error_count > 0 && (
          <b className={classes.errors}>{formatNoun(pin.error_count, "error")}</b>
        )}
        <Moment said="began" unixNano={pin.start_unix_nano} now={now} />
        <Moment said="pinned" unixNano={pin.pinned_unix_nano} now={now} />
        <span>{formatBytes(pin.bytes)}</span>
      </span>
      <Button
        className={classes.unpin}
        variant="default"
        size="compact-xs"
        aria-label={label}
        loading={change.isPending}
        onClick={() => change.mutate(false)}
      >
        Unpin
      </Button>
      {change.error && (
        <p className={classes.refusal} role="alert">
          {errorSentence(change.error)}
        </p>
      )}
    </li>
  );
}

function Moment({ said, unixNano, now }: { said: string; unixNano: string; now: number }) {
  if (unixNano === "0") return null;
  return (
    <time title={formatDateTime(unixNano)}>
      {said} {formatClock(unixNano, now)} · {formatAgo(unixNano, now)}
    </time>
  );
}
