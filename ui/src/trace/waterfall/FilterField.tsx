import { TextInput } from "@mantine/core";
import { type RefObject, useEffect, useState } from "react";
import { formatCount } from "../../shared/format";
import { Icon } from "../../shared/Icon";
import { useTimeline } from "../timelineContext";
import classes from "./FilterField.module.css";

/** Keystrokes in quick succession filter once: 100,000 rows take some milliseconds. */
const SETTLE_MS = 120;

/** Keeps the rows whose service, span name or span id has this text, and those above them. */
export function FilterField({ ref }: { ref: RefObject<HTMLInputElement | null> }) {
  const filter = useTimeline((t) => t.filter);
  const setFilter = useTimeline((t) => t.setFilter);
  const shown = useTimeline((t) => t.rows.length);
  const count = useTimeline((t) => t.columns.count);
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter]);
  useEffect(() => {
    if (text === filter) return;
    const timer = setTimeout(() => setFilter(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, filter, setFilter]);
  return (
    <>
      <TextInput
        ref={ref}
        className={classes.field}
        aria-label="Filter spans"
        placeholder="Filter by service, span name or span id ( / )"
        leftSection={<Icon name="search" size={13} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" && event.key !== "Enter") return;
          // The key ends here: it would close the span panel too.
          event.preventDefault();
          if (event.key === "Escape") setFilter("");
          event.currentTarget.blur();
        }}
      />
      <span className={classes.count}>
        {shown === count ? formatCount(count) : `${formatCount(shown)} of ${formatCount(count)}`}
      </span>
    </>
  );
}
