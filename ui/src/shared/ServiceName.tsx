import classes from "./ServiceName.module.css";
import { colorVariable } from "./serviceColor";

/** A service with its colour. Without a colour number it has none. */
export function ServiceName({ name, color }: { name: string; color: number | undefined }) {
  return (
    <span className={classes.name}>
      <ServiceDot color={color} />
      {name}
    </span>
  );
}

export function ServiceDot({ color }: { color: number | undefined }) {
  if (color === undefined) return null;
  return (
    <span
      className={classes.dot}
      style={{ background: `var(${colorVariable(color)})` }}
      aria-hidden="true"
    />
  );
}
