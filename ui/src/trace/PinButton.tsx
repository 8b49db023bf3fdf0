import { Button, Tooltip } from "@mantine/core";
import { usePin } from "../api/pin";
import type { TraceAnswer } from "../api/types";
import { errorSentence } from "../shared/errorSentence";
import { formatDateTime } from "../shared/format";
import { Icon } from "../shared/Icon";
import classes from "./PinButton.module.css";

/** Whether the trace is kept beyond retention, and the way to change that. */
export function PinButton({ trace }: { trace: TraceAnswer }) {
  const pin = usePin(trace.trace_id);
  const since = trace.pinned_unix_nano;
  const label = since
    ? `Kept beyond retention since ${formatDateTime(since).slice(0, 19)}; unpinned it goes as any other`
    : "Keep this trace beyond retention, until it is unpinned";
  return (
    <>
      <Tooltip label={label} withArrow>
        <Button
          variant={since ? "light" : "subtle"}
          color={since ? "blue" : "gray"}
          size="compact-xs"
          leftSection={<Icon name="pin" />}
          loading={pin.isPending}
          aria-pressed={since !== null}
          onClick={() => pin.mutate(since === null)}
        >
          {since ? "Pinned" : "Pin"}
        </Button>
      </Tooltip>
      {pin.error && (
        <p className={classes.error} role="alert">
          {errorSentence(pin.error)}
        </p>
      )}
    </>
  );
}
