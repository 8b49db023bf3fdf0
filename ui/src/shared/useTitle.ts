import { useEffect } from "react";

/** Names the page in tabs, history and bookmarks. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Hopline`;
  }, [title]);
}
