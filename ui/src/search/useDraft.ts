import { useEffect, useState } from "react";

/** Text being typed; follows `settled` when that changes by itself, as by the back button. */
export function useDraft(settled: string) {
  const [draft, setDraft] = useState(settled);
  useEffect(() => setDraft(settled), [settled]);
  return [draft, setDraft] as const;
}
