import { ActionIcon } from "@mantine/core";
import { useSpan } from "../../api/trace";
import type { SpanAnswer } from "../../api/types";
import { ErrorState } from "../../shared/ErrorState";
import { Icon } from "../../shared/Icon";
import { useTimeline } from "../timelineContext";
import { kindOf, type TraceColumns } from "../traceColumns";
import { AttributeTable } from "./AttributeTable";
import { EventList } from "./EventList";
import { LinkList } from "./LinkList";
import { MessageSection } from "./MessageSection";
import { Section } from "./Section";
import { SpanFacts } from "./SpanFacts";
import classes from "./SpanPanel.module.css";

/** The selected span in full; nothing while none is selected. */
export function SpanPanel({ traceId }: { traceId: string }) {
  const selected = useTimeline((t) => t.selected);
  if (selected === null) return null;
  return <SelectedSpan traceId={traceId} row={selected} />;
}

function SelectedSpan({ traceId, row }: { traceId: string; row: number }) {
  const columns = useTimeline((t) => t.columns);
  const select = useTimeline((t) => t.select);
  const spanId = columns.spanId[row] ?? "";
  const span = useSpan(traceId, {
    spanId,
    kind: isShared(columns, row) ? kindOf(columns, row) : null,
  });
  return (
    <aside className={classes.panel} aria-label="Span">
      <ActionIcon
        className={classes.close}
        aria-label="Close the span (Esc)"
        onClick={() => select(null)}
      >
        <Icon name="close" />
      </ActionIcon>
      <SpanFacts columns={columns} row={row} span={span.data} />
      {span.error && <ErrorState error={span.error} onRetry={() => void span.refetch()} />}
      {span.data && (
        <div className={classes.details} data-stale={span.isPlaceholderData || undefined}>
          <SpanDetails span={span.data} traceId={traceId} />
        </div>
      )}
    </aside>
  );
}

function SpanDetails({ span, traceId }: { span: SpanAnswer; traceId: string }) {
  const { resource, scope } = span;
  return (
    <>
      <Section title="Attributes" dropped={span.dropped_attributes_count}>
        <AttributeTable attributes={span.attributes} />
      </Section>
      {span.events.length > 0 && (
        <Section title="Events" count={span.events.length} dropped={span.dropped_events_count}>
          <EventList events={span.events} />
        </Section>
      )}
      <MessageSection span={span} />
      {span.links.length > 0 && (
        <Section title="Links" count={span.links.length} dropped={span.dropped_links_count}>
          <LinkList links={span.links} traceId={traceId} />
        </Section>
      )}
      <Section
        title="Resource"
        note={resource.schema_url}
        dropped={resource.dropped_attributes_count}
      >
        <AttributeTable attributes={resource.attributes} />
      </Section>
      <Section
        title="Scope"
        note={[scope.name, scope.version, scope.schema_url].filter(Boolean).join(" ")}
        dropped={scope.dropped_attributes_count}
      >
        <AttributeTable attributes={scope.attributes} />
      </Section>
    </>
  );
}

/** Client and server side may share a span id, as Zipkin's do. */
function isShared(columns: TraceColumns, row: number): boolean {
  const spanId = columns.spanId[row] ?? "";
  return columns.spanId.indexOf(spanId) !== columns.spanId.lastIndexOf(spanId);
}
