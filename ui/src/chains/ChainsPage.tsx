import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { useChains } from "../api/chains";
import { ApiError } from "../api/client";
import { FIELD_LABELS } from "../search/fieldLabels";
import { hasConditions } from "../search/searchUrl";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { useShortcuts } from "../shared/keyboard";
import { Notice } from "../shared/Notice";
import { useTitle } from "../shared/useTitle";
import { CallTable } from "./CallTable";
import { ChainsBar } from "./ChainsBar";
import classes from "./ChainsPage.module.css";
import { ConditionsForm } from "./ConditionsForm";
import {
  type ChainsView,
  chainsParams,
  decodeChains,
  encodeChains,
  withConditions,
} from "./chainsUrl";
import { Flame } from "./Flame";
import { PickedNote } from "./PickedNote";
import { ShapeNote } from "./ShapeNote";

/** What the fields are called when the server refuses one. */
const LABELS = {
  ...FIELD_LABELS,
  with_service: FIELD_LABELS.service,
  with_span_name: FIELD_LABELS.span_name,
};

/** The calls that requests of one kind make, as a tree or a flame. */
export function ChainsPage() {
  const view = decodeChains(useAddress({ from: "/chains" }));
  const navigate = useNavigate();
  const { range, conditions, reference, entry } = view;
  const asks = { range, conditions, reference };
  const params = () => chainsParams(asks, Date.now());
  const all = useChains(asks, params);
  // Asked for by itself it has all the nodes there is room for.
  const asked = { service: entry?.service, span_name: entry?.spanName };
  const one = useChains({ ...asks, entry }, () => ({ ...params(), ...asked }));
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
      <ConditionsForm
        conditions={conditions}
        range={range}
        wrong={error instanceof ApiError ? error.parameter : null}
        onChange={(next) => show(withConditions(view, next))}
      />
      {error && <ErrorState error={error} labels={LABELS} onRetry={reload} />}
      {data && (
        <div className={classes.note}>
          <CompletenessNote completeness={data.completeness} />
          {data.picked && <PickedNote picked={data.picked} />}
        </div>
      )}
      {data && !shown && !error && (
        <Notice
          title={
            hasConditions(conditions) ? "No traces meet the conditions" : "No requests in this time"
          }
        />
      )}
      {shown && <ShapeNote entry={shown} />}
      {shown && view.view === "flame" && <Flame key={key} nodes={shown.nodes} range={range} />}
      {shown && view.view === "tree" && <CallTable key={key} nodes={shown.nodes} range={range} />}
    </div>
  );
}
