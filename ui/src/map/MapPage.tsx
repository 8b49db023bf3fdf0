import { useMediaQuery } from "@mantine/hooks";
import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useFindings } from "../api/findings";
import { useGraph } from "../api/graph";
import { decodeHops, encodeHops } from "../hops/hopsUrl";
import { RangeHead } from "../search/RangeHead";
import page from "../search/RangePage.module.css";
import { rangeParams } from "../search/searchUrl";
import { CompletenessNote } from "../shared/CompletenessNote";
import { formatNoun } from "../shared/format";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
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
  useTitle("Map");
  useShortcuts({ r: () => void answer.refetch() });

  const { data, error } = answer;
  const map = useMemo(() => data && layOut(data, isNarrow ? "TB" : "LR"), [data, isNarrow]);
  const unanswered = answer.isFetching ? "Counting…" : "No answer";
  return (
    <div className={page.page}>
      <RangeHead
        range={range}
        onRange={(next) => void navigate({ to: "/map", search: encodeHops(next) })}
        answer={answer}
        state={data ? formatNoun(data.services.length, "service") : unanswered}
      />
      {data && (
        <div className={page.note}>
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
