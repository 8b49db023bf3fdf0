import { useMemo } from "react";
import { clauses, type Piece, type Words } from "./emphasis";
import classes from "./Sentence.module.css";
import { ServiceName } from "./ServiceName";

type Colors = ReadonlyMap<string, number>;

interface Props {
  text: string;
  words: Words;
  colors: Colors;
}

/** The server's sentence with names and figures brought out, a line for each statement. */
export function Sentence({ text, words, colors }: Props) {
  const lines = useMemo(() => clauses(text, words), [text, words]);
  return lines.map((pieces, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never change places.
    <span key={line} className={classes.clause}>
      {pieces.map((piece, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <Part key={i} piece={piece} colors={colors} />
      ))}
    </span>
  ));
}

function Part({ piece, colors }: { piece: Piece; colors: Colors }) {
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
          <ServiceName name={piece.service} color={colors.get(piece.service)} />
        </strong>
      );
  }
}
