import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { useTraceSearch } from "../api/search";
import { Findings } from "../findings/Findings";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { useShortcuts } from "../shared/keyboard";
import { useTitle } from "../shared/useTitle";
import { EmptyState } from "./EmptyState";
import { FIELD_LABELS } from "./fieldLabels";
import { ResultBar } from "./ResultBar";
import { ResultList } from "./ResultList";
import { SearchForm } from "./SearchForm";
import classes from "./SearchPage.module.css";
import { decodeSearch, encodeSearch, type Search, searchParams } from "./searchUrl";

/** The first screen: what is wrong now, then traces, each with its verdict. */
export function SearchPage() {
  const search = decodeSearch(useAddress({ from: "/" }));
  const navigate = useNavigate();
  const live = search.liveSeconds === null ? null : search.liveSeconds * 1000;
  const answer = useTraceSearch(searchParams(search), live);
  const setSearch = (next: Search) => void navigate({ to: "/", search: encodeSearch(next) });
  useTitle("Traces");
  useShortcuts({ r: () => void answer.refetch() });

  const pages = answer.data?.pages ?? [];
  const traces = pages.flatMap((page) => page.traces);
  const latest = pages.at(-1);
  return (
    <div className={classes.page}>
      <Findings />
      <SearchForm
        search={search}
        wrong={answer.error instanceof ApiError ? answer.error.parameter : null}
        onSearch={setSearch}
      />
      <ResultBar
        search={search}
        onSearch={setSearch}
        shown={traces.length}
        more={latest?.more ?? false}
        tookMs={latest?.took_ms ?? null}
        busy={answer.isFetching}
        onReload={() => void answer.refetch()}
      />
      {answer.error && (
        <ErrorState
          error={answer.error}
          labels={FIELD_LABELS}
          onRetry={() => void answer.refetch()}
        />
      )}
      {latest && (
        <div className={classes.note}>
          <CompletenessNote completeness={latest.completeness} />
        </div>
      )}
      {latest && traces.length === 0 && !answer.error && (
        <EmptyState search={search} onSearch={setSearch} />
      )}
      <ResultList
        traces={traces}
        answeredAt={answer.dataUpdatedAt}
        more={answer.hasNextPage}
        loadingMore={answer.isFetchingNextPage}
        onMore={() => void answer.fetchNextPage()}
      />
    </div>
  );
}
