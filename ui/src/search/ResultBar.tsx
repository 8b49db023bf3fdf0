import { NativeSelect, Switch } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatNoun } from "../shared/format";
import { ReloadButton } from "../shared/ReloadButton";
import classes from "./ResultBar.module.css";
import type { Order, Search } from "./searchUrl";

const ORDER_LABELS: { value: Order; label: string }[] = [
  { value: "newest", label: "Newest" },
  { value: "oldest", label: "Oldest" },
  { value: "slowest", label: "Slowest" },
  { value: "most_errors", label: "Most errors" },
  { value: "most_spans", label: "Most spans" },
];

const LIVE_SECONDS = 5;

interface Props {
  search: Search;
  onSearch: (search: Search) => void;
  shown: number;
  more: boolean;
  tookMs: number | null;
  busy: boolean;
  onReload: () => void;
}

/** How many, in which order, and how fresh. */
export function ResultBar({ search, onSearch, shown, more, tookMs, busy, onReload }: Props) {
  const unanswered = busy ? "Searching…" : "No answer";
  return (
    <div className={classes.bar}>
      <span className={classes.count} aria-live="polite">
        {tookMs === null ? unanswered : `${formatNoun(shown, "trace")}${more ? " and more" : ""}`}
        {tookMs !== null && <span className={classes.took}> · {tookMs} ms</span>}
      </span>
      <Link to="/pins">Pinned traces</Link>
      <NativeSelect
        aria-label="Order"
        data={ORDER_LABELS}
        value={search.order}
        onChange={(event) => onSearch({ ...search, order: event.currentTarget.value as Order })}
      />
      <Switch
        label={`Refresh every ${search.liveSeconds ?? LIVE_SECONDS} s`}
        checked={search.liveSeconds !== null}
        onChange={(event) =>
          onSearch({ ...search, liveSeconds: event.currentTarget.checked ? LIVE_SECONDS : null })
        }
      />
      <ReloadButton label="Ask again" busy={busy} onClick={onReload} />
    </div>
  );
}
