import { Link } from "@tanstack/react-router";
import type { HopFigures } from "../api/types";
import type { Range } from "../search/searchUrl";
import { HopEnds } from "./HopEnds";
import classes from "./HopLink.module.css";
import { encodeHops } from "./hopsUrl";

/** Who calls whom for what; leads to its page. */
export function HopLink({ hop, range }: { hop: HopFigures; range: Range }) {
  return (
    <Link
      className={classes.link}
      to="/hops/$hopId"
      params={{ hopId: hop.id }}
      search={encodeHops(range)}
    >
      <HopEnds hop={hop} />
    </Link>
  );
}
