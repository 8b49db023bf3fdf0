import { Autocomplete, Select, TextInput } from "@mantine/core";
import type { Ref } from "react";
import { useServices, useSpanNames } from "../api/catalog";
import { AttributeInput } from "./AttributeInput";
import { FIELD_LABELS } from "./fieldLabels";
import { type Conditions, type Range, rangeParams, STATUSES, type Status } from "./searchUrl";
import { useDraft } from "./useDraft";

interface Props {
  conditions: Conditions;
  drafts: Drafts;
  range: Range;
  /** Which condition the server refused, if it refused one. */
  wrong: string | null;
  /** How wide each field is. */
  classes: Partial<
    Record<"service" | "spanName" | "status" | "duration" | "attributes", string | undefined>
  >;
  serviceRef?: Ref<HTMLInputElement>;
  onChoose: (change: Partial<Conditions>) => void;
}

/** What is typed and does not count yet. */
export type Drafts = ReturnType<typeof useDrafts>;

/** The fields in which one types, and what they say now. */
export function useDrafts(conditions: Conditions) {
  const [spanName, setSpanName] = useDraft(conditions.spanName ?? "");
  const [minDuration, setMinDuration] = useDraft(conditions.minDuration ?? "");
  const [query, setQuery] = useDraft(conditions.query ?? "");
  const typed = {
    spanName: spanName.trim() || null,
    minDuration: minDuration.trim() || null,
    query: query.trim() || null,
  };
  return { spanName, setSpanName, minDuration, setMinDuration, query, setQuery, typed };
}

/** What one span must meet, field by field. */
export function ConditionFields(props: Props) {
  const { conditions, drafts, range, wrong, classes, serviceRef, onChoose } = props;
  const params = rangeParams({ range });
  const services = useServices(params);
  const spanNames = useSpanNames(conditions.service, params);
  return (
    <>
      <Select
        ref={serviceRef}
        className={classes.service}
        label={FIELD_LABELS.service}
        error={wrong === "service"}
        placeholder="any"
        data={withChosen(services.data ?? [], conditions.service)}
        value={conditions.service}
        onChange={(service) => onChoose({ service })}
        searchable
        clearable
        limit={100}
        nothingFoundMessage="No such service in this time"
      />
      <Autocomplete
        className={classes.spanName}
        label={FIELD_LABELS.span_name}
        error={wrong === "span_name"}
        placeholder="any"
        data={[...new Set(spanNames.data ?? [])]}
        value={drafts.spanName}
        onChange={drafts.setSpanName}
        onOptionSubmit={(name) => onChoose({ spanName: name })}
        limit={100}
      />
      <Select
        className={classes.status}
        label={FIELD_LABELS.status}
        error={wrong === "status"}
        placeholder="any"
        data={[...STATUSES]}
        value={conditions.status}
        onChange={(status) => onChoose({ status: status as Status | null })}
        clearable
      />
      <TextInput
        className={classes.duration}
        label={FIELD_LABELS.min_duration}
        error={wrong === "min_duration"}
        placeholder="e.g. 250ms"
        value={drafts.minDuration}
        onChange={(event) => drafts.setMinDuration(event.currentTarget.value)}
      />
      <AttributeInput
        className={classes.attributes}
        wrong={wrong === "attribute"}
        value={conditions.attributes}
        range={params}
        onChange={(attributes) => onChoose({ attributes })}
      />
    </>
  );
}

/** A link may name what the catalog of this time does not. */
function withChosen(names: string[], chosen: string | null): string[] {
  return [...new Set(chosen === null ? names : [...names, chosen])];
}
