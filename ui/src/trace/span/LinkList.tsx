import { Link } from "@tanstack/react-router";
import type { SpanLink } from "../../api/types";
import { EMPTY_VIEW, encodeView } from "../traceUrl";
import { AttributeTable } from "./AttributeTable";
import classes from "./LinkList.module.css";

interface Props {
  links: SpanLink[];
  /** Of the trace on the page. */
  traceId: string;
}

/** Spans this one points at; each opens in its trace. */
export function LinkList({ links, traceId }: Props) {
  return (
    <ul className={classes.list}>
      {links.map((link, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: links may repeat on the wire; their order is fixed.
        <li key={`${i} ${link.span_id}`}>
          <Link
            className={classes.link}
            to="/trace/$traceId"
            params={{ traceId: link.trace_id }}
            search={encodeView({ ...EMPTY_VIEW, spanId: link.span_id })}
          >
            {link.trace_id === traceId ? "this trace" : link.trace_id}, span {link.span_id}
          </Link>
          {link.attributes.length > 0 && <AttributeTable attributes={link.attributes} />}
        </li>
      ))}
    </ul>
  );
}
