/** The service map → where its nodes and edges are drawn. */

import { Graph, layout } from "@dagrejs/dagre";
import type { GraphAnswer, GraphEdge, NodeKind } from "../api/types";

/** What is drawn beside those: where requests enter. */
export type DrawnKind = NodeKind | "entry";

export interface MapNode {
  id: string;
  name: string;
  kind: DrawnKind;
  calls: number;
  errors: number;
  /** Its middle. */
  x: number;
  y: number;
  width: number;
}

export interface MapEdge {
  id: string;
  from: MapNode;
  to: MapNode;
  figures: GraphEdge;
  points: Point[];
}

interface Point {
  x: number;
  y: number;
}

/** Where dagre put a node: its middle. */
type Placed = Pick<MapNode, "x" | "y" | "width">;

export interface ServiceMapLayout {
  nodes: MapNode[];
  edges: MapEdge[];
  width: number;
  height: number;
  /** Nodes for which there is no room: those that take the least time. */
  leftOut: number;
}

const NODE_WIDTH = 168;
const ENTRY_WIDTH = 78;
export const NODE_HEIGHT = 46;

/** More would be a ball of wool, and take long to lay out. */
const NODES_MAX = 80;
const MARGIN = 12;

const ENTRY: Omit<MapNode, "x" | "y" | "width"> = {
  id: "entry",
  name: "requests",
  kind: "entry",
  calls: 0,
  errors: 0,
};

/** From left to right, or from top to bottom where there is no width for that. */
export type Direction = "LR" | "TB";

export function layOut(answer: GraphAnswer, direction: Direction): ServiceMapLayout {
  const found = nodesOf(answer).sort((one, other) => other.share - one.share);
  const shown = new Map(found.slice(0, NODES_MAX).map((node) => [node.id, node]));
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: direction, nodesep: 18, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  const drawn = answer.edges.flatMap((figures) => {
    const [from, to] = endsOf(figures);
    if (to === null || !shown.has(to)) return [];
    if (from !== ENTRY.id && !shown.has(from)) return [];
    return [{ figures, from, to }];
  });
  const put = (id: string, width: number) => graph.setNode(id, { width, height: NODE_HEIGHT });
  if (drawn.some(({ from }) => from === ENTRY.id)) put(ENTRY.id, ENTRY_WIDTH);
  for (const id of shown.keys()) put(id, NODE_WIDTH);
  for (const { from, to } of drawn) graph.setEdge(from, to);
  layout(graph);

  // dagre makes room for nodes only, and edges go around them.
  const all = [...graph.nodes().flatMap((id) => cornersOf(graph.node(id))), ...pointsOf(graph)];
  const [left, right] = extent(all.map(({ x }) => x));
  const [top, bottom] = extent(all.map(({ y }) => y));
  const moved = ({ x, y }: Point) => ({ x: x - left + MARGIN, y: y - top + MARGIN });

  const placed = new Map<string, MapNode>();
  for (const id of graph.nodes()) {
    const place = graph.node(id) as Placed;
    const node = shown.get(id) ?? ENTRY;
    const { name, kind, calls, errors } = node;
    placed.set(id, { id, name, kind, calls, errors, ...moved(place), width: place.width });
  }
  const edges = drawn.flatMap(({ figures, from, to }) => {
    const [begin, end] = [placed.get(from), placed.get(to)];
    if (begin === undefined || end === undefined) return [];
    const { points } = graph.edge(from, to) as Pick<MapEdge, "points">;
    return [{ id: `${from} > ${to}`, from: begin, to: end, figures, points: points.map(moved) }];
  });
  return {
    nodes: [...placed.values()],
    edges,
    width: right - left + 2 * MARGIN,
    height: bottom - top + 2 * MARGIN,
    leftOut: found.length - shown.size,
  };
}

/** The corners of a node that is placed. */
function cornersOf({ x, y, width }: Placed): Point[] {
  return [
    { x: x - width / 2, y: y - NODE_HEIGHT / 2 },
    { x: x + width / 2, y: y + NODE_HEIGHT / 2 },
  ];
}

function pointsOf(graph: Graph): Point[] {
  return graph.edges().flatMap((edge) => (graph.edge(edge) as Pick<MapEdge, "points">).points);
}

/** The least and the most; 0 of none. */
function extent(values: number[]): [least: number, most: number] {
  return values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 0];
}

function nodesOf({ services, peers }: GraphAnswer) {
  const called = services.map(({ service, ...figures }) => ({
    id: idOf("service", service),
    name: service,
    kind: "service" as const,
    ...figures,
  }));
  const others = peers.map((peer) => ({ id: idOf(peer.kind, peer.name), ...peer }));
  return [...called, ...others];
}

/** Null for a callee that calls do not name. */
function endsOf(edge: GraphEdge): [string, string | null] {
  const { caller, caller_kind, callee, callee_kind } = edge;
  return [
    caller === null ? ENTRY.id : idOf(caller_kind ?? "service", caller),
    callee === null ? null : idOf(callee_kind ?? "service", callee),
  ];
}

function idOf(kind: NodeKind, name: string): string {
  return `${kind} ${name}`;
}
