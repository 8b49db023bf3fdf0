import { usePins } from "../api/pin";
import { ErrorState } from "../shared/ErrorState";
import { formatBytes, formatNoun } from "../shared/format";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
import { ReloadButton } from "../shared/ReloadButton";
import { useTitle } from "../shared/useTitle";
import { PinRow } from "./PinRow";
import classes from "./PinsPage.module.css";

/** The traces that are kept beyond retention. */
export function PinsPage() {
  const { data, error, isFetching, refetch, dataUpdatedAt } = usePins();
  const reload = () => void refetch();
  useTitle("Pinned traces");
  useShortcuts({ r: reload });
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>Pinned traces</h1>
        <span className={classes.state} aria-live="polite">
          {data
            ? `${formatNoun(data.pins.length, "trace")}, ${formatBytes(data.bytes)}`
            : isFetching && "Looking…"}
        </span>
        <ReloadButton label="Ask again" busy={isFetching} onClick={reload} />
      </div>
      {error && <ErrorState error={error} onRetry={reload} />}
      {data?.pins.length === 0 && (
        <Notice title="No trace is pinned">
          <p className={classes.hint}>
            A trace that is pinned is kept beyond retention, with what comes later, until it is
            unpinned: press <b>Pin</b> on its page.
          </p>
        </Notice>
      )}
      {data && data.pins.length > 0 && (
        <ol className={classes.list} aria-label="Pinned traces">
          {data.pins.map((pin) => (
            <PinRow key={pin.trace_id} pin={pin} now={dataUpdatedAt} />
          ))}
        </ol>
      )}
    </div>
  );
}
