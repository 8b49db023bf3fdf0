import "react";

declare module "react" {
  /** The variables that components hand to their style sheets. */
  interface CSSProperties {
    "--names-width"?: string;
  }
}
