import type { SpanEvent } from "../../api/types";
import { formatDateTime, formatDuration } from "../../shared/format";
import { AttributeTable } from "./AttributeTable";
import classes from "./EventList.module.css";
import { eventTitle } from "./eventTitle";

export function EventList({ events }: { events: SpanEvent[] }) {
  return (
    <ol className={classes.list}>
      {events.map((event, i) => {
        const { text, severity } = eventTitle(event);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: events have no id, and their order is fixed.
          <li key={`${i} ${event.time_unix_nano}`}>
            <p className={classes.head}>
              {severity !== undefined && (
                <span className={classes.severity} data-severity={severity}>
                  {severity}
                </span>
              )}
              <b>{text}</b>
              <time className={classes.when} title={formatDateTime(event.time_unix_nano)}>
                after {formatDuration(event.offset_nano)}
              </time>
            </p>
            {event.attributes.length > 0 && <AttributeTable attributes={event.attributes} />}
          </li>
        );
      })}
    </ol>
  );
}
