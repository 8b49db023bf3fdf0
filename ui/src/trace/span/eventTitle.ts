import type { SpanEvent } from "../../api/types";
import { valueText } from "./valueText";

/** More text than this is not a title. */
const TITLE_CHARS_MAX = 200;

/** What stands above an event: of a log record its message, of another its name. */
export function eventTitle(event: SpanEvent): { text: string; severity?: string } {
  const find = (key: string) => {
    const found = event.attributes.findLast((attribute) => attribute.key === key);
    return found === undefined ? undefined : valueText(found.value);
  };
  const message = find("log.message")?.split("\n", 1)[0];
  const text = message === undefined || message === "" ? event.name : message;
  const cut = text.length > TITLE_CHARS_MAX ? `${text.slice(0, TITLE_CHARS_MAX)}…` : text;
  const severity = find("log.severity");
  return severity === undefined ? { text: cut } : { text: cut, severity };
}
