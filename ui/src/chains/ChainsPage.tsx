import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { useChains } from "../api/chains";
import { ApiError } from "../api/client";
import { FIELD_LABELS } from "../search/fieldLabels";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
import { useTitle } from "../shared/useTitle";
import { CallTable } from "./CallTable";
import { ChainsBar } from "./ChainsBar";
import classes from "./ChainsPage.module.css";
import { type ChainsView, chainsParams, decodeChains, encodeChains } from "./chainsUrl";
import { Flame } from "./Flame";
import { ShapeNote } from "./ShapeNote";

/** The calls that requests of one kind make, as a tree or a flame. */
export function ChainsPage() {
  const view = decodeChains(useAddress({ from: "/chains" }));
  const navigate = useNavigate();
  const { range, reference, entry } = view;
  const params = () => chainsParams({ range, reference }, Date.now());
  const all = useChains({ range, reference }, params);
  // Asked for by itself it has all the nodes there is room for.
  const asked = { service: entry?.service, span_name: entry?.spanName };
  const one = useChains({ range, reference, entry }, () => ({ ...params(), ...asked }));
  const reload = () => void Promise.all([all.refetch(), one.refetch()]);
  const show = (next: ChainsView) => void navigate({ to: "/chains", search: encodeChains(next) });
  useTitle("Chains");
  useShortcuts({ r: reload });

  const { data, error } = one;
  const shown = data?.entries[0];
  // Another kind is being asked for.
  const key = shown ? `${shown.service} ${shown.span_name}` : "";
  return (
    <div className={classes.page}>
      <ChainsBar
        view={view}
        entries={all.data?.entries ?? []}
        shown={shown}
        wrong={error instanceof ApiError ? error.parameter : null}
        busy={one.isFetching}
        onChange={show}
        onReload={reload}
      />
      {error && <ErrorState error={error} labels={FIELD_LABELS} onRetry={reload} />}
      {data && (
        <div className={classes.note}>
          <CompletenessNote completeness={data.completeness} />
        </div>
      )}
      {data && !shown && !error && <Notice title="No requests in this time" />}
      {shown && <ShapeNote entry={shown} />}
      {shown && view.view === "flame" && <Flame key={key} nodes={shown.nodes} range={range} />}
      {shown && view.view === "tree" && <CallTable key={key} nodes={shown.nodes} range={range} />}
    </div>
  );
}
