import type { ReactNode } from "react";
import classes from "./Notice.module.css";

/** A sentence where content would be, with what can be done about it. */
export function Notice(props: { title: string; tone?: "plain" | "error"; children?: ReactNode }) {
  const isError = props.tone === "error";
  return (
    <div className={classes.notice} data-tone={props.tone} role={isError ? "alert" : undefined}>
      <p className={classes.title}>{props.title}</p>
      {props.children}
    </div>
  );
}
