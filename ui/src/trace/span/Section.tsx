import type { ReactNode } from "react";
import { formatCount } from "../../shared/format";
import classes from "./Section.module.css";

interface Props {
  title: string;
  count?: number;
  /** Beside the title: a schema, a name. */
  note?: string;
  /** How many the SDK left out. */
  dropped?: number;
  children: ReactNode;
}

export function Section({ title, count, note, dropped, children }: Props) {
  return (
    <section className={classes.section}>
      <h3 className={classes.title}>
        {title}
        {count !== undefined && <span className={classes.note}>{formatCount(count)}</span>}
        {note && <span className={classes.note}>{note}</span>}
        {dropped !== undefined && dropped > 0 && (
          <span className={classes.dropped}>{formatCount(dropped)} dropped by the SDK</span>
        )}
      </h3>
      {children}
    </section>
  );
}
