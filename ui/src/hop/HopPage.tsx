import { useSearch as useAddress, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import { useHop } from "../api/hops";
import { HopsTable } from "../hops/HopsTable";
import { decodeHops, encodeHops } from "../hops/hopsUrl";
import { RangeHead } from "../search/RangeHead";
import page from "../search/RangePage.module.css";
import { rangeParams } from "../search/searchUrl";
import { CompletenessNote } from "../shared/CompletenessNote";
import { useShortcuts } from "../shared/keyboard";
import { useTitle } from "../shared/useTitle";
import { HopCharts } from "./HopCharts";
import { HopExamples } from "./HopExamples";
import { HopFindings } from "./HopFindings";
import { HopHead } from "./HopHead";
import classes from "./HopPage.module.css";
import { HopWays } from "./HopWays";

/** One hop: how it went over time, what leads to it and what it leads to, and traces to look at. */
export function HopPage() {
  const { hopId } = useParams({ from: "/hops/$hopId" });
  const range = decodeHops(useAddress({ from: "/hops/$hopId" }));
  const navigate = useNavigate();
  const answer = useHop(hopId, rangeParams({ range }));
  useTitle("Hop");
  useShortcuts({ r: () => void answer.refetch() });

  const { data, dataUpdatedAt } = answer;
  const hasExamples = data && Object.values(data.examples).some((ids) => ids.length > 0);
  return (
    <div className={page.page}>
      <RangeHead
        range={range}
        onRange={(next) =>
          void navigate({ to: "/hops/$hopId", params: { hopId }, search: encodeHops(next) })
        }
        answer={answer}
        state={answer.isPending ? "Counting…" : ""}
      />
      {data && (
        <>
          <HopHead hop={data.hop} range={range} />
          <div className={page.note}>
            <CompletenessNote completeness={data.completeness} />
          </div>
          <HopCharts series={data.series} now={dataUpdatedAt} />
          <Section title="Findings">
            <HopFindings hopId={hopId} />
          </Section>
          {hasExamples && (
            <Section title="Examples">
              <HopExamples examples={data.examples} />
            </Section>
          )}
          <Section title="Called within">
            {data.callers.length === 0 && "Nothing: requests come here from outside."}
          </Section>
          <HopsTable label="Called within" hops={data.callers} range={range} />
          <Section title="Leads to">
            {data.callees.length === 0 && "Nothing: it calls no other service."}
          </Section>
          <HopsTable label="Leads to" hops={data.callees} range={range} />
          <Section title="Chains">
            <HopWays chains={data.chains} further={data.further_chains} range={range} />
          </Section>
        </>
      )}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const heading = useId();
  return (
    <section className={classes.section} aria-labelledby={heading}>
      <h2 id={heading} className={classes.heading}>
        {title}
      </h2>
      {children}
    </section>
  );
}
