import { Link, useMatch } from "@tanstack/react-router";
import classes from "./MainNav.module.css";

/** The views that can be gone to from everywhere. A single trace and pins belong to the traces. */
export function MainNav() {
  const isTrace = useMatch({ from: "/trace/$traceId", shouldThrow: false }) !== undefined;
  const isPins = useMatch({ from: "/pins", shouldThrow: false }) !== undefined;
  return (
    <nav className={classes.nav} aria-label="Main">
      <Link
        to="/"
        className={classes.link}
        // Every address begins with this one.
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ "data-active": "" }}
        data-active={isTrace || isPins || undefined}
      >
        Traces
      </Link>
      <Link
        to="/map"
        className={classes.link}
        activeOptions={{ includeSearch: false }}
        activeProps={{ "data-active": "" }}
      >
        Map
      </Link>
      <Link
        to="/chains"
        className={classes.link}
        activeOptions={{ includeSearch: false }}
        activeProps={{ "data-active": "" }}
      >
        Chains
      </Link>
      <Link
        to="/hops"
        className={classes.link}
        activeOptions={{ includeSearch: false }}
        activeProps={{ "data-active": "" }}
      >
        Hops
      </Link>
    </nav>
  );
}
