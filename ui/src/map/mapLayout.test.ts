import { expect, test } from "vitest";
import type { GraphAnswer, GraphEdge, NodeKind } from "../api/types";
import { layOut, NODE_HEIGHT } from "./mapLayout";

const TIMES = { p50_nano: 1e6, p90_nano: 2e6, p99_nano: 3e6 };

function edge(caller: string | null, callee: string | null, kind: NodeKind = "service"): GraphEdge {
  return {
    caller,
    caller_kind: caller === null ? null : "service",
    callee,
    callee_kind: callee === null ? null : kind,
    calls: 10,
    errors: 0,
    duration: TIMES,
    gap: TIMES,
    share: 0.1,
  };
}

function service(name: string, share = 0.1) {
  return { service: name, calls: 10, errors: 0, duration: TIMES, share };
}

const SHOP: GraphAnswer = {
  services: [service("shop"), service("bank"), service("postgresql")],
  peers: [{ name: "postgresql", kind: "database", calls: 5, errors: 1, duration: TIMES, share: 0 }],
  edges: [
    edge(null, "shop"),
    edge("shop", "bank"),
    edge("bank", "shop"),
    edge("shop", "shop"),
    edge("shop", "postgresql", "database"),
    edge("shop", null),
  ],
  completeness: { state: "complete" },
};

test("edges that go around nodes can be seen, too", () => {
  const around: GraphAnswer = {
    ...SHOP,
    services: ["bank", "inventory", "cart", "frontend", "payment"].map((name) => service(name)),
    edges: [
      edge("payment", "bank"),
      edge("inventory", "postgresql", "database"),
      edge("frontend", "cart"),
      edge(null, "frontend"),
      edge("cart", "inventory"),
      edge("frontend", "payment"),
      edge("bank", "postgresql", "database"),
      edge(null, "inventory"),
    ],
  };
  for (const direction of ["LR", "TB"] as const) {
    const { edges, width, height } = layOut(around, direction);
    for (const { x, y } of edges.flatMap(({ points }) => points)) {
      expect([x, y].every((place) => place >= 0)).toBe(true);
      expect(x <= width && y <= height).toBe(true);
    }
  }
});

test("every node has a place of its own, and edges lead from one to the other", () => {
  for (const direction of ["LR", "TB"] as const) {
    const { nodes, edges, width, height, leftOut } = layOut(SHOP, direction);
    expect(nodes.map(({ id }) => id).sort()).toEqual([
      "database postgresql",
      "entry",
      "service bank",
      "service postgresql",
      "service shop",
    ]);
    for (const one of nodes) {
      expect(one.x - one.width / 2).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width / 2).toBeLessThanOrEqual(width);
      expect(one.y - NODE_HEIGHT / 2).toBeGreaterThanOrEqual(0);
      expect(one.y + NODE_HEIGHT / 2).toBeLessThanOrEqual(height);
      for (const other of nodes) {
        const apart =
          Math.abs(one.x - other.x) >= (one.width + other.width) / 2 ||
          Math.abs(one.y - other.y) >= NODE_HEIGHT;
        expect(one === other || apart).toBe(true);
      }
    }
    // Whom a call is to that names nobody is not known.
    expect(edges.map(({ id }) => id)).toEqual([
      "entry > service shop",
      "service shop > service bank",
      "service bank > service shop",
      "service shop > service shop",
      "service shop > database postgresql",
    ]);
    expect(edges.every(({ points }) => points.length >= 2)).toBe(true);
    expect(leftOut).toBe(0);
  }
});

test("of too many nodes those that take most time are drawn", () => {
  const names = Array.from({ length: 100 }, (_, number) => `s${number}`);
  const answer: GraphAnswer = {
    ...SHOP,
    services: names.map((name, number) => service(name, number / 100)),
    peers: [],
    edges: names.slice(1).map((name, number) => edge(names[number] ?? null, name)),
  };
  const { nodes, edges, leftOut } = layOut(answer, "LR");
  expect(nodes).toHaveLength(80);
  expect(nodes.some(({ name }) => name === "s19")).toBe(false);
  expect(edges).toHaveLength(79);
  expect(leftOut).toBe(20);
});

test("nothing to draw is no trouble", () => {
  const none = layOut({ ...SHOP, services: [], peers: [], edges: [] }, "LR");
  expect(none.nodes).toEqual([]);
});
