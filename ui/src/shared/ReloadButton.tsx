import { ActionIcon, Tooltip } from "@mantine/core";
import { Icon } from "./Icon";
import classes from "./ReloadButton.module.css";

/** Asks the server again; turns while it does. */
export function ReloadButton(props: { label: string; busy: boolean; onClick: () => void }) {
  return (
    <Tooltip label={`${props.label} (r)`} withArrow>
      <ActionIcon aria-label={props.label} onClick={props.onClick}>
        <span className={classes.icon} data-busy={props.busy || undefined}>
          <Icon name="reload" />
        </span>
      </ActionIcon>
    </Tooltip>
  );
}
