import type { SpanEvent } from "../../api/types";
import { formatDateTime, formatDuration } from "../../shared/format";
import { AttributeTable } from "./AttributeTable";
import classes from "./EventList.module.css";

export function EventList({ events }: { events: SpanEvent[] }) {
  return (
    <ol className={classes.list}>
      {events.map((event, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no id, and their order is fixed.
        <li key={`${i} ${event.time_unix_nano}`}>
          <p className={classes.head}>
            <b>{event.name}</b>
            <time className={classes.when} title={formatDateTime(event.time_unix_nano)}>
              after {formatDuration(event.offset_nano)}
            </time>
          </p>
          {event.attributes.length > 0 && <AttributeTable attributes={event.attributes} />}
        </li>
      ))}
    </ol>
  );
}
