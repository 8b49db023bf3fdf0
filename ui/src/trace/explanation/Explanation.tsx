import { useMemo } from "react";
import type { TraceAnswer } from "../../api/types";
import { hopServices } from "../../shared/hop";
import { Sentence } from "../../shared/Sentence";
import { ErrorList } from "./ErrorList";
import classes from "./Explanation.module.css";
import { HopsTable } from "./HopsTable";
import { ServiceShares } from "./ServiceShares";
import { WarningList } from "./WarningList";

interface Props {
  trace: TraceAnswer;
}

/** What happened: the sentence, what supports it, and the hops with their figures. */
export function Explanation({ trace }: Props) {
  const { explanation } = trace;
  const words = useMemo(() => wordsOf(trace), [trace]);
  return (
    <section className={classes.explanation} aria-label="Explanation">
      <p className={classes.sentence} title={explanation.sentence}>
        <Sentence text={explanation.sentence} words={words} />
      </p>
      <div className={classes.told}>
        {explanation.detail.length > 0 && (
          <ul className={classes.detail}>
            {explanation.detail.map((detail) => (
              <li key={detail} title={detail}>
                <Sentence text={detail} words={words} />
              </li>
            ))}
          </ul>
        )}
        <ErrorList errors={explanation.errors} />
        <ServiceShares services={explanation.services} durationNano={trace.duration_nano} />
        <WarningList warnings={trace.warnings} />
      </div>
      <HopsTable explanation={explanation} />
    </section>
  );
}

/** Names of the hops and errors come first: a sentence speaks of no others. */
const SPAN_NAMES_MAX = 500;

function wordsOf({ services, names, explanation }: TraceAnswer) {
  const told = [...explanation.hops, ...explanation.errors].map((one) => one.span_name);
  return {
    services: [...new Set([...services, ...hopServices(explanation.hops)])],
    spanNames: [...new Set([...told, ...names])].slice(0, SPAN_NAMES_MAX),
  };
}
