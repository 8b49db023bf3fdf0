import { useMemo } from "react";
import type { Finding } from "../api/types";
import { Sentence } from "../shared/Sentence";

/** The server's sentence, with the names of the finding brought out. */
export function FindingSentence({ finding }: { finding: Finding }) {
  const words = useMemo(() => wordsOf(finding), [finding]);
  return <Sentence text={finding.sentence} words={words} />;
}

function wordsOf({ service, other, absorbed_by, span_name, chain }: Finding) {
  const ends = [service, other, absorbed_by].filter((name) => name !== null);
  return {
    services: [...new Set([...ends, ...chain.map((link) => link.service)])],
    spanNames: [span_name],
  };
}
