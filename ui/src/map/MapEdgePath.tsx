import type { Finding } from "../api/types";
import { formatDuration, formatNoun, formatShare } from "../shared/format";
import classes from "./MapEdgePath.module.css";
import type { MapEdge } from "./mapLayout";
import { toneOf } from "./mapTrouble";

const THINNEST = 1;
const THICKEST = 5;

interface Props {
  edge: MapEdge;
  finding: Finding | null;
  /** Its calls, as a part of those of the edge that has most. */
  share: number;
  /** What the ids of the arrow heads begin with. */
  tips: string;
}

/** One way from node to node: the more calls, the wider. What it is about is read by pointing at it. */
export function MapEdgePath({ edge: { from, to, figures, points }, finding, share, tips }: Props) {
  const { calls, errors, duration, gap } = figures;
  const tone = toneOf(finding);
  const lines = [
    `${from.name} → ${to.name}`,
    `${formatNoun(calls, "call")}, ${formatShare(errors / Math.max(1, calls))} failed`,
    `p50 ${formatDuration(duration.p50_nano)}, p99 ${formatDuration(duration.p99_nano)}`,
    `gap p90 ${formatDuration(gap.p90_nano)}`,
    ...(finding === null ? [] : [finding.sentence]),
  ];
  return (
    <path
      className={classes.edge}
      data-tone={tone}
      d={pathOf(points)}
      strokeWidth={THINNEST + (THICKEST - THINNEST) * Math.sqrt(share)}
      markerEnd={`url(#${tips}-${tone})`}
    >
      <title>{lines.join("\n")}</title>
    </path>
  );
}

/** Through the middles of what lies between the points, so that it has no corners. */
function pathOf(points: MapEdge["points"]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  const bends = rest.slice(0, -1).map(({ x, y }, place) => {
    const next = rest[place + 1] ?? last;
    const isLast = place === rest.length - 2;
    const [endX, endY] = isLast ? [next.x, next.y] : [(x + next.x) / 2, (y + next.y) / 2];
    return `Q${round(x)} ${round(y)} ${round(endX)} ${round(endY)}`;
  });
  const way = bends.length > 0 ? bends.join("") : `L${round(last.x)} ${round(last.y)}`;
  return `M${round(first.x)} ${round(first.y)}${way}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
