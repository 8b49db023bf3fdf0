import { Kbd, Modal } from "@mantine/core";
import classes from "./HelpOverlay.module.css";

const GROUPS: { title: string; keys: [string[], string][] }[] = [
  {
    title: "Anywhere",
    keys: [
      [["/"], "Search, or filter the trace"],
      [["?"], "This help"],
      [["Esc"], "Leave the field, close the panel"],
    ],
  },
  {
    title: "Lists and traces",
    keys: [
      [["j", "↓"], "Next row"],
      [["k", "↑"], "Row before"],
      [["Enter"], "Open the trace; zoom to the span"],
      [["r"], "Ask the server again"],
    ],
  },
  {
    title: "Trace",
    keys: [
      [["s"], "Slowest hop"],
      [["f"], "Failing hop"],
      [["e"], "Next error"],
      [["[", "←"], "Fold; on a folded row go to its parent"],
      [["]", "→"], "Unfold"],
      [["{", "}"], "Fold all, unfold all"],
      [["+", "-"], "Zoom in, zoom out"],
      [["0"], "Whole trace"],
      [["h", "l"], "Earlier, later"],
    ],
  },
  {
    title: "Pointer on the bars",
    keys: [
      [["Ctrl", "wheel"], "Zoom around the pointer"],
      [["Shift", "wheel"], "Earlier, later"],
      [["drag"], "Move; on the overview: zoom to"],
      [["double click"], "Zoom to the span"],
    ],
  },
];

export function HelpOverlay({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard and pointer" size={720} centered>
      <div className={classes.groups}>
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className={classes.title}>{group.title}</h3>
            <dl className={classes.list}>
              {group.keys.map(([keys, what]) => (
                <div key={what} className={classes.line}>
                  <dt className={classes.keys}>
                    {keys.map((key) => (
                      <Kbd key={key} size="xs">
                        {key}
                      </Kbd>
                    ))}
                  </dt>
                  <dd className={classes.what}>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
