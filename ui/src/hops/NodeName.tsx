import type { NodeKind } from "../api/types";
import { Icon } from "../shared/Icon";
import { ServiceName } from "../shared/ServiceName";
import classes from "./NodeName.module.css";

const KIND_LABELS = {
  database: "database",
  queue: "queue",
  external: "sends no spans",
} as const;

/** A service with its colour, anything else with what it is. */
export function NodeName({ name, kind }: { name: string; kind: NodeKind | null | undefined }) {
  if (kind === null || kind === undefined || kind === "service") return <ServiceName name={name} />;
  return (
    <span className={classes.node} title={`${name}: ${KIND_LABELS[kind]}`}>
      <span className={classes.icon} role="img" aria-label={KIND_LABELS[kind]}>
        <Icon name={kind} size={12} />
      </span>
      <ServiceName name={name} plain />
    </span>
  );
}
