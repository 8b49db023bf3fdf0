import { TextInput } from "@mantine/core";
import type { Drafts } from "./ConditionFields";
import { FIELD_LABELS } from "./fieldLabels";

interface Props {
  drafts: Drafts;
  /** Whether the server refused it. */
  wrong: boolean;
  className: string | undefined;
}

/** A query in TraceQL, which counts with Enter. */
export function QueryInput({ drafts, wrong, className }: Props) {
  return (
    <TextInput
      className={className}
      label={FIELD_LABELS.q}
      error={wrong}
      placeholder='e.g. { resource.service.name = "cart" } >> { status = error }'
      value={drafts.query}
      onChange={(event) => drafts.setQuery(event.currentTarget.value)}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
    />
  );
}
