import classes from "./ServiceName.module.css";
import { colorVariable } from "./serviceColor";

/** Longer names may be cut: these can be read in full by pointing at them. */
const FITS_CHARS = 24;

/** A service with its colour. Without a colour number it has none. */
export function ServiceName({ name, color }: { name: string; color: number | undefined }) {
  return (
    <bdi className={classes.name} title={name.length > FITS_CHARS ? name : undefined}>
      <ServiceDot color={color} />
      {name}
    </bdi>
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
