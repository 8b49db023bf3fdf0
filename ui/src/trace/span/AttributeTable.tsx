import type { Attribute } from "../../api/types";
import { CopyButton } from "../../shared/CopyButton";
import classes from "./AttributeTable.module.css";
import { valueText } from "./valueText";

/** More text than this is cut on the screen; the copy button has all of it. */
const SHOWN_CHARS_MAX = 4_000;

export function AttributeTable({ attributes }: { attributes: Attribute[] }) {
  if (attributes.length === 0) return <p className={classes.none}>none</p>;
  const sorted = [...attributes].sort((a, b) => a.key.localeCompare(b.key));
  return (
    <table className={classes.table}>
      <tbody>
        {sorted.map(({ key, value }, i) => {
          const text = valueText(value);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: keys may repeat on the wire; their order is fixed.
            <tr key={`${i} ${key}`}>
              <th scope="row">{key}</th>
              <td data-type={value.type}>
                {text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text}
              </td>
              <td className={classes.copy}>
                <CopyButton text={text} label={`Copy the value of ${key}`} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
