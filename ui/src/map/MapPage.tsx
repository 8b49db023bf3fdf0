import { useMediaQuery } from "@mantine/hooks";
import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { ApiError } from "../api/client";
import { useFindings } from "../api/findings";
import { useGraph } from "../api/graph";
import { decodeHops, encodeHops } from "../hops/hopsUrl";
import { FIELD_LABELS } from "../search/fieldLabels";
import { RangeInput } from "../search/RangeInput";
import { rangeParams } from "../search/searchUrl";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { formatNoun } from "../shared/format";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
import { ReloadButton } from "../shared/ReloadButton";
import { useTitle } from "../shared/useTitle";
import { EdgesTable } from "./EdgesTable";
import classes from "./MapPage.module.css";
import { layOut } from "./mapLayout";
import { ServiceMap } from "./ServiceMap";

/** Who calls whom, and where something is wrong now. */
export function MapPage() {
  const range = decodeHops(useAddress({ from: "/map" }));
  const navigate = useNavigate();
  const answer = useGraph(rangeParams({ range }));
  const findings = useFindings().data?.open ?? [];
  const isNarrow = useMediaQuery("(max-width: 700px)") ?? false;
  const reload = () => void answer.refetch();
  useTitle("Map");
  useShortcuts({ r: reload });

  const { data, error } = answer;
  const map = useMemo(() => data && layOut(data, isNarrow ? "TB" : "LR"), [data, isNarrow]);
  const unanswered = answer.isFetching ? "Counting…" : "No answer";
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <RangeInput
          range={range}
          wrong={error instanceof ApiError ? error.parameter : null}
          onChange={(next) => void navigate({ to: "/map", search: encodeHops(next) })}
        />
        <span className={classes.count} aria-live="polite">
          {data ? formatNoun(data.services.length, "service") : unanswered}
        </span>
        <ReloadButton label="Ask again" busy={answer.isFetching} onClick={reload} />
      </div>
      {error && <ErrorState error={error} labels={FIELD_LABELS} onRetry={reload} />}
      {data && (
        <div className={classes.note}>
          <CompletenessNote completeness={data.completeness} />
        </div>
      )}
      {data?.edges.length === 0 && !error && <Notice title="No calls in this time" />}
      {map && map.nodes.length > 0 && <ServiceMap map={map} findings={findings} range={range} />}
      {map && map.leftOut > 0 && (
        <p className={classes.leftOut}>
          {formatNoun(map.leftOut, "node")} that take the least time are not drawn.
        </p>
      )}
      {data && <EdgesTable edges={data.edges} />}
    </div>
  );
}
