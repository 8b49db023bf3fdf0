/** Open findings → which nodes and edges of the map they are about. */

import type { Finding } from "../api/types";
import { kindLook } from "../findings/kinds";
import type { MapEdge, MapNode } from "./mapLayout";

export const TONES = ["slow", "error", "plain"] as const;
export type Tone = (typeof TONES)[number];

/** The finding about a service that does most harm: the first of those given. */
export function ofNode(findings: Finding[], node: MapNode): Finding | null {
  if (node.kind !== "service") return null;
  return findings.find((finding) => finding.service === node.name) ?? null;
}

/** The same of a call from one to the other, whichever of the two is to blame. */
export function ofEdge(findings: Finding[], { from, to }: MapEdge): Finding | null {
  const ends = new Set([from.name, to.name]);
  const isAbout = ({ service, other, peer }: Finding) => {
    if (peer) return service === from.name && peer.name === to.name && peer.kind === to.kind;
    if (other === null || to.kind !== "service") return false;
    return ends.has(service) && ends.has(other) && (service !== other || from === to);
  };
  return findings.find(isAbout) ?? null;
}

export function toneOf(finding: Finding | null): Tone {
  return finding === null ? "plain" : kindLook(finding.kind).tone;
}
