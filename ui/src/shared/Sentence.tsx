import { useMemo } from "react";
import { clauses, type Piece, type Words } from "./emphasis";
import classes from "./Sentence.module.css";
import { ServiceName } from "./ServiceName";

interface Props {
  text: string;
  words: Words;
}

/** The server's sentence with names and figures brought out, a line for each statement. */
export function Sentence({ text, words }: Props) {
  const lines = useMemo(() => clauses(text, words), [text, words]);
  return lines.map((pieces, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never change places.
    <span key={line} className={classes.clause}>
      {pieces.map((piece, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <Part key={i} piece={piece} />
      ))}
    </span>
  ));
}

function Part({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case "text":
      return <span className={classes.text}>{piece.text}</span>;
    case "figure":
      return <strong className={classes.figure}>{piece.text}</strong>;
    case "spanName":
      return (
        <code className={classes.spanName}>
          <bdi>{piece.text}</bdi>
        </code>
      );
    case "service":
      return (
        <strong className={classes.service}>
          <ServiceName name={piece.service} />
        </strong>
      );
  }
}
