import { useServerStatus } from "../api/search";
import { Notice } from "../shared/Notice";

const ASK_AGAIN_MS = 15_000;

/** Why the server takes no spans, while that is so: what is missing below did not arrive. */
export function RefusalNotice() {
  const status = useServerStatus(ASK_AGAIN_MS);
  const reason = status.data?.refusing_reason;
  if (!reason) return null;
  return (
    <Notice title="The server takes no spans now" tone="error">
      {reason}
    </Notice>
  );
}
