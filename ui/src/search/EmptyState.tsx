import { Button } from "@mantine/core";
import { EMPTY_RETRY_MS, useServerStatus } from "../api/search";
import type { StatusAnswer } from "../api/types";
import { CopyButton } from "../shared/CopyButton";
import { formatCount } from "../shared/format";
import { Notice } from "../shared/Notice";
import classes from "./EmptyState.module.css";
import { exporterLines, OTLP_GRPC_PORT, OTLP_HTTP_PORT, portOf } from "./exporterLines";
import { EMPTY_SEARCH, hasConditions, type Search } from "./searchUrl";

interface Props {
  search: Search;
  onSearch: (search: Search) => void;
}

/** Nothing found: how to widen the search, or how to send the first span. The page asks again by itself. */
export function EmptyState({ search, onSearch }: Props) {
  const status = useServerStatus(EMPTY_RETRY_MS);
  const spans = status.data ? status.data.hot_spans + status.data.sealed_spans : null;
  if (spans === 0) return <FirstSpans status={status.data} />;
  const isAll = "since" in search.range && search.range.since === "all";
  return (
    <Notice title="No trace meets this search">
      <p className={classes.text}>
        {spans === null ? "" : `The server holds ${formatCount(spans)} spans. `}
        This page asks again every few seconds.
      </p>
      <div className={classes.buttons}>
        {!isAll && (
          <Button
            variant="default"
            onClick={() => onSearch({ ...search, range: { since: "all" } })}
          >
            Search all time
          </Button>
        )}
        {hasConditions(search) && (
          <Button
            variant="default"
            onClick={() => onSearch({ ...EMPTY_SEARCH, range: search.range })}
          >
            Drop the conditions
          </Button>
        )}
      </div>
    </Notice>
  );
}

function FirstSpans({ status }: { status: StatusAnswer | undefined }) {
  const grpcPort = portOf(status?.otlp_grpc_address, OTLP_GRPC_PORT);
  const httpPort = portOf(status?.otlp_http_address, OTLP_HTTP_PORT);
  const lines = exporterLines(window.location.hostname, httpPort);
  return (
    <Notice title="Waiting for the first span">
      <p className={classes.text}>
        Start any program that is instrumented with OpenTelemetry with these variables. Its traces
        appear here by themselves.
      </p>
      <div className={classes.code}>
        <pre>{lines}</pre>
        <CopyButton text={lines} label="Copy the lines" />
      </div>
      <p className={classes.text}>
        gRPC exporters send to port {grpcPort}: use OTEL_EXPORTER_OTLP_PROTOCOL=grpc. No program at
        hand? Run <code>hopline demo</code>.
      </p>
    </Notice>
  );
}
