import { ActionIcon, Tooltip } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useShortcuts } from "../shared/keyboard";
import { HelpOverlay } from "./HelpOverlay";
import { MainNav } from "./MainNav";
import { RefusalNotice } from "./RefusalNotice";
import classes from "./Shell.module.css";
import { ThemeToggle } from "./ThemeToggle";
import { TraceIdBox } from "./TraceIdBox";

/** What stands around every page. */
export function Shell() {
  const [help, setHelp] = useState(false);
  useShortcuts({ "?": () => setHelp(true) });
  return (
    <div className={classes.shell}>
      <header className={classes.header}>
        <Link to="/" className={classes.brand}>
          <span className={classes.mark} aria-hidden="true" />
          <span className={classes.brandName}>Hopline</span>
        </Link>
        <MainNav />
        <TraceIdBox />
        <ThemeToggle />
        <Tooltip label="Keyboard shortcuts (?)" withArrow>
          <ActionIcon aria-label="Keyboard shortcuts" onClick={() => setHelp(true)}>
            ?
          </ActionIcon>
        </Tooltip>
      </header>
      <RefusalNotice />
      <main className={classes.main}>
        <Outlet />
      </main>
      <HelpOverlay opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
