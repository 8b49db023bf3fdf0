import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { FIELD_LABELS } from "./fieldLabels";
import { localInput, parseLocalInput } from "./localTime";
import classes from "./RangeInput.module.css";
import type { Range } from "./searchUrl";

const PRESETS = [
  { value: "5m", label: "Last 5 minutes" },
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "6h", label: "Last 6 hours" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "all", label: "All time" },
];

const CUSTOM = "custom";

/** How far back a custom range begins at first. */
const CUSTOM_MS = 3_600_000;

interface Props {
  range: Range;
  /** The parameter that the server refused, if it refused one. */
  wrong: string | null;
  onChange: (range: Range) => void;
}

export function RangeInput({ range, wrong, onChange }: Props) {
  const isCustom = "from" in range;
  const known = isCustom || PRESETS.some((p) => p.value === range.since);
  const data = [
    ...PRESETS,
    ...(known ? [] : [{ value: range.since, label: `Last ${range.since}` }]),
    { value: CUSTOM, label: "From – to …" },
  ];
  const choose = (value: string | null) => {
    if (value === null) return;
    if (value !== CUSTOM) onChange({ since: value });
    else onChange({ from: new Date(Date.now() - CUSTOM_MS).toISOString(), to: null });
  };
  return (
    <div className={classes.range}>
      <Select
        label={FIELD_LABELS.since}
        error={wrong === "since"}
        className={classes.preset}
        data={data}
        value={isCustom ? CUSTOM : range.since}
        onChange={choose}
        allowDeselect={false}
      />
      {isCustom && (
        <>
          <TimeField
            label={FIELD_LABELS.from}
            wrong={wrong === "from"}
            value={range.from}
            onChange={(from) => from !== null && onChange({ ...range, from })}
          />
          <TimeField
            label={FIELD_LABELS.to}
            wrong={wrong === "to"}
            value={range.to}
            onChange={(to) => onChange({ ...range, to })}
          />
        </>
      )}
    </div>
  );
}

interface TimeFieldProps {
  label: string;
  wrong: boolean;
  value: string | null;
  onChange: (value: string | null) => void;
}

/** Counts when it is left or Enter is pressed: half a date is no question. */
function TimeField({ label, wrong, value, onChange }: TimeFieldProps) {
  const settled = localInput(value);
  const [draft, setDraft] = useState(settled);
  const [shown, setShown] = useState(settled);
  if (shown !== settled) {
    setShown(settled);
    setDraft(settled);
  }
  const settle = () => draft !== settled && onChange(parseLocalInput(draft));
  return (
    <TextInput
      type="datetime-local"
      label={label}
      error={wrong}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => event.key === "Enter" && settle()}
    />
  );
}
