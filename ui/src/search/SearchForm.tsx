import { Button } from "@mantine/core";
import { useRef } from "react";
import { useShortcuts } from "../shared/keyboard";
import { ConditionFields, useDrafts } from "./ConditionFields";
import { QueryInput } from "./QueryInput";
import { RangeInput } from "./RangeInput";
import classes from "./SearchForm.module.css";
import { EMPTY_SEARCH, hasConditions, type Search } from "./searchUrl";

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

  const choose = (change: Partial<Search>) => onSearch({ ...search, ...drafts.typed, ...change });
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
      <QueryInput className={classes.query} wrong={wrong === "q"} drafts={drafts} />
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
