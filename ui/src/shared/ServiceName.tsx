import classes from "./ServiceName.module.css";
import { colorVariable, serviceColor } from "./serviceColor";

/** Longer names may be cut: these can be read in full by pointing at them. */
const FITS_CHARS = 24;

interface Props {
  name: string;
  /** Without its colour, beside a place that shows it. */
  plain?: boolean;
}

/** A service with its colour, which stands on the left whatever direction the name is written in. */
export function ServiceName({ name, plain }: Props) {
  return (
    <span className={classes.service} title={name.length > FITS_CHARS ? name : undefined}>
      {!plain && <ServiceDot name={name} />}
      <bdi className={classes.name}>{name}</bdi>
    </span>
  );
}

export function ServiceDot({ name }: { name: string }) {
  return (
    <span
      className={classes.dot}
      style={{ background: `var(${colorVariable(serviceColor(name))})` }}
      aria-hidden="true"
    />
  );
}
