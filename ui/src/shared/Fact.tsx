import classes from "./Fact.module.css";

interface Props {
  label: string;
  /** Whether it tells of something that failed. */
  failed?: boolean;
  children: React.ReactNode;
}

/** One of the facts about something, within a `dl`: what it is, and how much. */
export function Fact({ label, failed, children }: Props) {
  return (
    <div className={classes.fact} data-failed={failed || undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
