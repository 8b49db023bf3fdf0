import { TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { parseTraceInput, whyNoTrace } from "../search/traceIdInput";
import { EMPTY_VIEW, encodeView } from "../trace/traceUrl";
import classes from "./TraceIdBox.module.css";

/** Opens the trace whose id, `traceparent` header or address is pasted. */
export function TraceIdBox() {
  const [text, setText] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const navigate = useNavigate();
  const open = (value: string) => {
    const pasted = parseTraceInput(value);
    if (pasted === null) return false;
    setText("");
    void navigate({
      to: "/trace/$traceId",
      params: { traceId: pasted.traceId },
      search: encodeView({ ...EMPTY_VIEW, spanId: pasted.spanId }),
    });
    return true;
  };
  const wrong = text.trim() !== "" && parseTraceInput(text) === null;
  return (
    <TextInput
      className={classes.box}
      classNames={{ error: classes.refusal ?? "" }}
      aria-label="Open a trace by id"
      placeholder="Paste a trace id or traceparent"
      value={text}
      onChange={(event) => {
        const value = event.currentTarget.value;
        setRefusal(null);
        if (!open(value)) setText(value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && wrong) setRefusal(whyNoTrace(text));
        if (event.key !== "Escape") return;
        setText("");
        setRefusal(null);
      }}
      error={refusal ?? (wrong && text.trim().length >= 32)}
      spellCheck={false}
    />
  );
}
