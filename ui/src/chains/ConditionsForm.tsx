import { Autocomplete, Button, Select, TextInput } from "@mantine/core";
import { useServices, useSpanNames } from "../api/catalog";
import { AttributeInput } from "../search/AttributeInput";
import { FIELD_LABELS } from "../search/fieldLabels";
import { type Range, rangeParams, STATUSES, type Status } from "../search/searchUrl";
import { useDraft } from "../search/useDraft";
import classes from "./ConditionsForm.module.css";
import { type Conditions, hasConditions, NO_CONDITIONS } from "./chainsUrl";

interface Props {
  conditions: Conditions;
  range: Range;
  /** The parameter that the server refused, if it refused one. */
  wrong: string | null;
  onChange: (conditions: Conditions) => void;
}

/** Which traces count, as the search has it; folded away while all do. */
export function ConditionsForm({ conditions, range, wrong, onChange }: Props) {
  const params = rangeParams({ range });
  const services = useServices(params);
  const spanNames = useSpanNames(conditions.service, params);
  const [spanName, setSpanName] = useDraft(conditions.spanName ?? "");
  const [minDuration, setMinDuration] = useDraft(conditions.minDuration ?? "");
  const typed = { spanName: spanName.trim() || null, minDuration: minDuration.trim() || null };
  const choose = (change: Partial<Conditions>) => onChange({ ...conditions, ...typed, ...change });
  const isNarrowed = hasConditions(conditions);
  const names = services.data ?? [];
  const { service } = conditions;
  return (
    // Anew once something narrows it, so that a link shows what it narrows by.
    <details key={String(isNarrowed)} className={classes.conditions} open={isNarrowed}>
      <summary className={classes.summary}>Only traces with a span that …</summary>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          choose({});
        }}
      >
        <Select
          className={classes.field}
          label={FIELD_LABELS.service}
          error={wrong === "with_service"}
          placeholder="any"
          // A link may name what the catalog of this time does not.
          data={[...new Set(service === null ? names : [...names, service])]}
          value={service}
          onChange={(chosen) => choose({ service: chosen })}
          searchable
          clearable
          limit={100}
          nothingFoundMessage="No such service in this time"
        />
        <Autocomplete
          className={classes.field}
          label={FIELD_LABELS.span_name}
          error={wrong === "with_span_name"}
          placeholder="any"
          data={[...new Set(spanNames.data ?? [])]}
          value={spanName}
          onChange={setSpanName}
          onOptionSubmit={(name) => choose({ spanName: name })}
          limit={100}
        />
        <Select
          className={classes.short}
          label={FIELD_LABELS.status}
          error={wrong === "status"}
          placeholder="any"
          data={[...STATUSES]}
          value={conditions.status}
          onChange={(status) => choose({ status: status as Status | null })}
          clearable
        />
        <TextInput
          className={classes.short}
          label={FIELD_LABELS.min_duration}
          error={wrong === "min_duration"}
          placeholder="e.g. 250ms"
          value={minDuration}
          onChange={(event) => setMinDuration(event.currentTarget.value)}
        />
        <AttributeInput
          className={classes.attributes}
          wrong={wrong === "attribute"}
          value={conditions.attributes}
          range={params}
          onChange={(attributes) => choose({ attributes })}
        />
        <div className={classes.buttons}>
          <Button type="submit">Show</Button>
          {isNarrowed && (
            <Button variant="subtle" color="gray" onClick={() => onChange(NO_CONDITIONS)}>
              All traces
            </Button>
          )}
        </div>
      </form>
    </details>
  );
}
