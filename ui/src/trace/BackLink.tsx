import { Link, useRouter } from "@tanstack/react-router";
import { Icon } from "../shared/Icon";
import classes from "./BackLink.module.css";

/** To where the reader came from, so that the search is as it was; to a new one where that is elsewhere. */
export function BackLink() {
  const { history } = useRouter();
  return (
    <Link
      to="/"
      className={classes.back}
      aria-label="Back"
      onClick={(event) => {
        if (!history.canGoBack() || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        history.back();
      }}
    >
      <Icon name="back" />
    </Link>
  );
}
