import { Button, TextInput } from "@mantine/core";
import { useRef } from "react";
import { useShortcuts } from "../shared/keyboard";
import { ConditionFields, useDrafts } from "./ConditionFields";
import { FIELD_LABELS } from "./fieldLabels";
import { RangeInput } from "./RangeInput";
import classes from "./SearchForm.module.css";
import { EMPTY_SEARCH, isNarrowed, type Search } from "./searchUrl";
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
  const drafts = useDrafts(search);
  useShortcuts({ "/": () => firstField.current?.focus() });

  const [query, setQuery] = useDraft(search.query ?? "");
  const choose = (change: Partial<Search>) =>
    onSearch({ ...search, ...drafts.typed, query: query.trim() || null, ...change });
  const clear = () => onSearch({ ...EMPTY_SEARCH, range: search.range, order: search.order });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        choose({});
      }}
    >
      <ConditionFields
        conditions={search}
        drafts={drafts}
        range={search.range}
        wrong={wrong}
        classes={classes}
        serviceRef={firstField}
        onChoose={choose}
      />
      <RangeInput range={search.range} wrong={wrong} onChange={(range) => choose({ range })} />
      <TextInput
        className={classes.query}
        label={FIELD_LABELS.q}
        error={wrong === "q"}
        placeholder='e.g. { resource.service.name = "cart" } >> { status = error }'
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
      />
      <div className={classes.buttons}>
        <Button type="submit">Search</Button>
        {isNarrowed(search) && (
          <Button variant="subtle" color="gray" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
    </form>
  );
}
