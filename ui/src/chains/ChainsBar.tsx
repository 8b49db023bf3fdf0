import { SegmentedControl, Select } from "@mantine/core";
import type { EntryChains } from "../api/types";
import { RangeInput } from "../search/RangeInput";
import page from "../search/RangePage.module.css";
import { formatCount, formatDuration, formatNoun } from "../shared/format";
import { ReloadButton } from "../shared/ReloadButton";
import classes from "./ChainsBar.module.css";
import { type ChainsView, type Reference, referencesOf, type View } from "./chainsUrl";

const REFERENCE_LABELS: Record<Reference, string> = {
  before: "The time before",
  yesterday: "A day before",
  rest: "The other traces",
};

interface Props {
  view: ChainsView;
  /** All kinds of requests. */
  entries: EntryChains[];
  /** The one that is shown. */
  shown: EntryChains | undefined;
  /** The parameter that the server refused, if it refused one. */
  wrong: string | null;
  busy: boolean;
  onChange: (view: ChainsView) => void;
  onReload: () => void;
}

/** Which requests of which time, compared with what, and how they are shown. */
export function ChainsBar({ view, entries, shown, wrong, busy, onChange, onReload }: Props) {
  const names = entries.map(({ service, span_name }) => ({ service, spanName: span_name }));
  const keys = [...new Set(names.map((name) => JSON.stringify(name)))];
  const chosen = shown && JSON.stringify({ service: shown.service, spanName: shown.span_name });
  const data = [...keys, ...(chosen && !keys.includes(chosen) ? [chosen] : [])];
  const references = referencesOf(view);
  const label = (key: string) => {
    const { service, spanName } = JSON.parse(key) as { service: string; spanName: string };
    return `${service} ${spanName}`;
  };
  return (
    <div className={page.bar}>
      <RangeInput
        range={view.range}
        wrong={wrong}
        onChange={(range) => onChange({ ...view, range })}
      />
      <Select
        className={classes.entry}
        label="Requests"
        data={data.map((value) => ({ value, label: label(value) }))}
        value={chosen ?? null}
        onChange={(value) => value !== null && onChange({ ...view, entry: JSON.parse(value) })}
        searchable
        allowDeselect={false}
        limit={100}
        nothingFoundMessage="No such requests in this time"
      />
      <Select
        className={classes.reference}
        label="Compare with"
        placeholder="nothing"
        data={references.map((value) => ({ value, label: REFERENCE_LABELS[value] }))}
        value={references.find((one) => one === view.reference) ?? null}
        onChange={(value) => onChange({ ...view, reference: value as Reference | null })}
        disabled={references.length === 0}
        clearable
      />
      <SegmentedControl
        size="xs"
        aria-label="View"
        data={[
          { value: "tree", label: "Tree" },
          { value: "flame", label: "Flame" },
        ]}
        value={view.view}
        onChange={(value) => onChange({ ...view, view: value as View })}
      />
      <span className={classes.count} aria-live="polite">
        {shown ? countOf(shown) : busy ? "Counting…" : ""}
      </span>
      <ReloadButton label="Ask again" busy={busy} onClick={onReload} />
    </div>
  );
}

function countOf({ requests, duration, nodes }: EntryChains): string {
  const before = nodes[0]?.reference?.calls;
  const compared = before === undefined ? "" : ` against ${formatCount(before)}`;
  const [half, most] = [duration.p50_nano, duration.p99_nano].map(formatDuration);
  return `${formatNoun(requests, "request")}${compared} · p50 ${half} · p99 ${most}`;
}
