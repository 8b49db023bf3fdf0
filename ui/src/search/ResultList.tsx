import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { TraceSummary } from "../api/types";
import { useShortcuts } from "../shared/keyboard";
import classes from "./ResultList.module.css";
import { ResultRow } from "./ResultRow";

interface Props {
  traces: TraceSummary[];
  /** When the server told, in milliseconds since the epoch. */
  answeredAt: number;
  more: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

/** The traces found, and a button for the next page. `j` and `k` walk, Enter opens. */
export function ResultList({ traces, answeredAt, more, loadingMore, onMore }: Props) {
  const navigate = useNavigate();
  const [marked, setMarked] = useState<string | null>(null);
  const slowest = traces.reduce((most, trace) => Math.max(most, trace.duration_nano), 1);
  const at = traces.findIndex((trace) => trace.trace_id === marked);

  const mark = (position: number) => {
    const trace = traces[Math.max(0, Math.min(traces.length - 1, position))];
    if (trace === undefined) return;
    setMarked(trace.trace_id);
    document.getElementById(`result-${trace.trace_id}`)?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts({
    j: () => mark(at + 1),
    ArrowDown: () => mark(at + 1),
    k: () => mark(at - 1),
    ArrowUp: () => mark(at - 1),
    ...(marked === null
      ? {}
      : {
          Enter: () => void navigate({ to: "/trace/$traceId", params: { traceId: marked } }),
          Escape: () => setMarked(null),
        }),
  });
  if (traces.length === 0) return null;
  return (
    <>
      <ol className={classes.list} aria-label="Traces">
        {traces.map((trace) => (
          <ResultRow
            key={trace.trace_id}
            trace={trace}
            slowestNano={slowest}
            now={answeredAt}
            marked={trace.trace_id === marked}
          />
        ))}
      </ol>
      {more && (
        <div className={classes.more}>
          <Button variant="default" onClick={onMore} loading={loadingMore}>
            More traces
          </Button>
        </div>
      )}
    </>
  );
}
