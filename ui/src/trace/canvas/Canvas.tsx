import { type ComponentProps, type RefObject, useLayoutEffect, useRef } from "react";
import { type Size, useSize } from "../../shared/useSize";
import classes from "./Canvas.module.css";
import type { DrawTarget } from "./target";

interface Props extends Omit<ComponentProps<"div">, "ref"> {
  /** Draws all of it, in CSS pixels. A new function draws anew. */
  paint: (target: DrawTarget, size: Size) => void;
  ref?: RefObject<HTMLDivElement | null>;
}

/** A canvas as large as its element, sharp on every screen. */
export function Canvas({ paint, ref, ...rest }: Props) {
  const own = useRef<HTMLDivElement>(null);
  const box = ref ?? own;
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  // In the same frame as the rows beside it, so that bars never trail behind names.
  useLayoutEffect(() => {
    const element = canvas.current;
    const target = element?.getContext("2d");
    if (!element || !target || size.width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(size.width * ratio);
    const height = Math.round(size.height * ratio);
    // Setting the size, even to the same, clears and reallocates.
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    target.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(target, size);
  }, [paint, size]);
  return (
    <div ref={box} {...rest}>
      <canvas ref={canvas} className={classes.canvas} />
      {rest.children}
    </div>
  );
}
