import { Autocomplete, Button, Select, TextInput } from "@mantine/core";
import { useRef } from "react";
import { useServices, useSpanNames } from "../api/catalog";
import { useShortcuts } from "../shared/keyboard";
import { AttributeInput } from "./AttributeInput";
import { FIELD_LABELS } from "./fieldLabels";
import { RangeInput } from "./RangeInput";
import classes from "./SearchForm.module.css";
import {
  EMPTY_SEARCH,
  hasConditions,
  rangeParams,
  type Search,
  STATUSES,
  type Status,
} from "./searchUrl";
import { useDraft } from "./useDraft";

interface Props {
  search: Search;
  /** The parameter that the server refused, if it refused one. */
  wrong: string | null;
  onSearch: (search: Search) => void;
}

/** The conditions. What is chosen from a list counts at once, what is typed with Enter. */
export function SearchForm({ search, wrong, onSearch }: Props) {
  const firstField = useRef<HTMLInputElement>(null);
  const services = useServices(rangeParams(search));
  const spanNames = useSpanNames(search.service, rangeParams(search));
  const [spanName, setSpanName] = useDraft(search.spanName ?? "");
  const [minDuration, setMinDuration] = useDraft(search.minDuration ?? "");
  useShortcuts({ "/": () => firstField.current?.focus() });

  const typed = { spanName: spanName.trim() || null, minDuration: minDuration.trim() || null };
  const choose = (change: Partial<Search>) => onSearch({ ...search, ...typed, ...change });
  const clear = () => onSearch({ ...EMPTY_SEARCH, range: search.range, order: search.order });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        choose({});
      }}
    >
      <Select
        ref={firstField}
        className={classes.service}
        label={FIELD_LABELS.service}
        error={wrong === "service"}
        placeholder="any"
        data={withChosen(services.data ?? [], search.service)}
        value={search.service}
        onChange={(service) => choose({ service })}
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
        value={spanName}
        onChange={setSpanName}
        onOptionSubmit={(name) => choose({ spanName: name })}
        limit={100}
      />
      <Select
        className={classes.status}
        label={FIELD_LABELS.status}
        error={wrong === "status"}
        placeholder="any"
        data={[...STATUSES]}
        value={search.status}
        onChange={(status) => choose({ status: status as Status | null })}
        clearable
      />
      <TextInput
        className={classes.duration}
        label={FIELD_LABELS.min_duration}
        error={wrong === "min_duration"}
        placeholder="e.g. 250ms"
        value={minDuration}
        onChange={(event) => setMinDuration(event.currentTarget.value)}
      />
      <AttributeInput
        className={classes.attributes}
        wrong={wrong === "attribute"}
        value={search.attributes}
        range={rangeParams(search)}
        onChange={(attributes) => choose({ attributes })}
      />
      <RangeInput range={search.range} wrong={wrong} onChange={(range) => choose({ range })} />
      <div className={classes.buttons}>
        <Button type="submit">Search</Button>
        {hasConditions(search) && (
          <Button variant="subtle" color="gray" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
    </form>
  );
}

/** A linked search may name what the catalog of this time range does not. */
function withChosen(names: string[], chosen: string | null): string[] {
  return [...new Set(chosen === null ? names : [...names, chosen])];
}
