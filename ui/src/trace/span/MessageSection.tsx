import { Link } from "@tanstack/react-router";
import { useMessages } from "../../api/trace";
import type { SpanAnswer } from "../../api/types";
import { formatDuration } from "../../shared/format";
import { EMPTY_VIEW, encodeView } from "../traceUrl";
import classes from "./MessageSection.module.css";
import { mayHaveMessages, otherEnds } from "./otherEnds";
import { Section } from "./Section";

/** Who took what the span sent, and who sent what it took; nothing where nobody is known. */
export function MessageSection({ span }: { span: SpanAnswer }) {
  const asked = useMessages(span.trace_id, mayHaveMessages(span));
  const ends = otherEnds(asked.data?.messages ?? [], span);
  if (ends.length === 0) return null;
  return (
    <Section title="Messages" count={ends.length}>
      <ul className={classes.list}>
        {ends.map(({ end, text, wait, destination }) => (
          <li key={`${text} ${end.trace_id} ${end.span_id}`}>
            {text}{" "}
            <Link
              to="/trace/$traceId"
              params={{ traceId: end.trace_id }}
              search={encodeView({ ...EMPTY_VIEW, spanId: end.span_id })}
            >
              {end.service} · {end.span_name}
            </Link>
            {end.error && <span className={classes.failed}> failed</span>}
            <div className={classes.wait}>
              {wait === null
                ? "its wait is not known: the two clocks differ"
                : `waited ${formatDuration(wait)}${destination ? ` in ${destination}` : ""}`}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
