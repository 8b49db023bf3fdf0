import { ActionIcon, Tooltip } from "@mantine/core";
import { apiUrl } from "../api/client";
import type { TraceAnswer } from "../api/types";
import { CopyButton } from "../shared/CopyButton";
import { Fact } from "../shared/Fact";
import { formatAgo, formatDateTime, formatDuration, formatNoun } from "../shared/format";
import { Icon } from "../shared/Icon";
import { ReloadButton } from "../shared/ReloadButton";
import { ServiceName } from "../shared/ServiceName";
import { BackLink } from "./BackLink";
import { PinButton } from "./PinButton";
import classes from "./TraceHeader.module.css";
import { nameOf, serviceOf, type TraceColumns } from "./traceColumns";

interface Props {
  trace: TraceAnswer;
  columns: TraceColumns;
  onReload: () => void;
  busy: boolean;
}

/** Which trace this is, and what can be done with the whole of it. */
export function TraceHeader({ trace, columns, onReload, busy }: Props) {
  const otlp = apiUrl(`traces/${trace.trace_id}/otlp`, {}).href;
  return (
    <header className={classes.header}>
      <h1 className={classes.root}>
        <BackLink />
        <ServiceName name={serviceOf(columns, 0)} />
        <code className={classes.name} title={nameOf(columns, 0)}>
          <bdi>{nameOf(columns, 0)}</bdi>
        </code>
      </h1>
      <dl className={classes.facts}>
        <Fact label="took">{formatDuration(trace.duration_nano)}</Fact>
        <Fact label="in">{`${formatNoun(trace.span_count, "span")}, ${formatNoun(trace.services.length, "service")}`}</Fact>
        <Fact label="with" failed={trace.error_count > 0}>
          {formatNoun(trace.error_count, "error")}
        </Fact>
        <Fact label="at">
          {formatDateTime(trace.start_unix_nano).slice(0, 23)}
          <span className={classes.ago}>{formatAgo(trace.start_unix_nano, Date.now())}</span>
        </Fact>
      </dl>
      <span className={classes.id}>
        <code>{trace.trace_id}</code>
        <CopyButton text={trace.trace_id} label="Copy the trace id" />
      </span>
      <PinButton trace={trace} />
      <Tooltip label="OTLP JSON" withArrow>
        <ActionIcon
          component="a"
          href={otlp}
          target="_blank"
          rel="noreferrer"
          aria-label="OTLP JSON"
        >
          <Icon name="download" />
        </ActionIcon>
      </Tooltip>
      <ReloadButton label="Look for more spans" busy={busy} onClick={onReload} />
    </header>
  );
}
