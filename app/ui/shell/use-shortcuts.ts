import { useLocation, useNavigate } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { bellButtonId, hasBell } from "../alerts/bell/bell-ids.ts";
import type { Overlay } from "./overlay.ts";
import { sectionsBeside } from "./sections.ts";
import { hasSingleKeys, mayCreateAgents, newAgentPath } from "./shortcuts.ts";
import type { Viewer } from "./viewer.ts";

/** How long `g` waits for the key that says where to. */
const sequenceMs = 1_500;

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input:not([type=radio], [type=checkbox]), textarea, select"));

const isModalOpen = (): boolean => document.querySelector("dialog:modal") !== null;

interface UseShortcutsOptions {
  viewer: Viewer;
  open: (overlay: Overlay) => void;
  /** Ctrl or ⌘ went down: the palette may be wanted next. */
  prepare: () => void;
}

/** The keys that work on every page (`shortcutGroups`). Letters are left to whoever is writing. */
export function useShortcuts(options: UseShortcutsOptions): void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const latest = useRef({ ...options, navigate, pathname });
  latest.current = { ...options, navigate, pathname };

  useEffect(() => {
    let goUntilMs = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      const { viewer, open, prepare, navigate: go, pathname: here } = latest.current;
      if (event.key === "Control" || event.key === "Meta") prepare();
      if (event.defaultPrevented || event.isComposing || event.repeat || isModalOpen()) return;

      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === "k") {
        event.preventDefault();
        open("palette");
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || !hasSingleKeys())
        return;

      const isSecond = event.timeStamp < goUntilMs;
      goUntilMs = 0;
      const sections = isSecond ? sectionsBeside(here, viewer.scopes) : [];
      const section = sections.find((one) => one.key === key);
      if (section !== undefined) go(section.to);
      else if (key === "g") {
        goUntilMs = event.timeStamp + sequenceMs;
        return;
      } else if (key === "?") open("shortcuts");
      else if (key === "/") focusSearch(() => open("palette"));
      else if (key === "c" && mayCreateAgents(viewer)) go(newAgentPath);
      else if (key === "b" && hasBell(viewer)) document.getElementById(bellButtonId)?.click();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** The search of the list that is on the page; without one, the search of everything. */
function focusSearch(otherwise: () => void): void {
  const input = [...document.querySelectorAll<HTMLInputElement>("input[data-filter-search]")].find((one) =>
    one.checkVisibility(),
  );
  if (input === undefined) otherwise();
  else {
    input.focus();
    input.select();
  }
}
