import { Button } from "@mantine/core";
import { ConditionFields, useDrafts } from "../search/ConditionFields";
import { QueryInput } from "../search/QueryInput";
import { type Conditions, hasConditions, NO_CONDITIONS, type Range } from "../search/searchUrl";
import classes from "./ConditionsForm.module.css";

interface Props {
  conditions: Conditions;
  range: Range;
  /** The parameter that the server refused, if it refused one. */
  wrong: string | null;
  onChange: (conditions: Conditions) => void;
}

/** Which traces count, as the search has it; folded away while all do. */
export function ConditionsForm({ conditions, range, wrong, onChange }: Props) {
  const drafts = useDrafts(conditions);
  const choose = (change: Partial<Conditions>) =>
    onChange({ ...conditions, ...drafts.typed, ...change });
  const isNarrowed = hasConditions(conditions);
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
        <ConditionFields
          conditions={conditions}
          drafts={drafts}
          range={range}
          wrong={wrongCondition(wrong)}
          classes={{
            service: classes.field,
            spanName: classes.field,
            status: classes.short,
            duration: classes.short,
            attributes: classes.attributes,
          }}
          onChoose={choose}
        />
        <QueryInput className={classes.query} wrong={wrong === "q"} drafts={drafts} />
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

/** A service and a span name without `with_` are those of the requests, not of a condition. */
function wrongCondition(wrong: string | null): string | null {
  if (wrong === "service" || wrong === "span_name") return null;
  return wrong?.replace(/^with_/, "") ?? null;
}
