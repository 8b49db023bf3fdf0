import { Link } from "@tanstack/react-router";
import { Notice } from "../shared/Notice";

export function NotFound() {
  return (
    <Notice title="There is no such page">
      <Link to="/">Search for traces</Link>
    </Notice>
  );
}
