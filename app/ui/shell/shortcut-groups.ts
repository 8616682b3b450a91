import { hasBell } from "../alerts/bell/bell-ids.ts";
import { type Section, sectionsFor } from "./sections.ts";
import { mayCreateAgents } from "./shortcuts.ts";
import type { Viewer } from "./viewer.ts";

export interface Shortcut {
  /** Pressed one after the other; `Mod` is ⌘ or Ctrl and is held. */
  keys: readonly string[];
  /** Other keys for the same. */
  or?: readonly string[];
  does: string;
}

export interface ShortcutGroup {
  title: string;
  shortcuts: readonly Shortcut[];
}

/** Every shortcut that the viewer has, as the sheet shows them; `beside` are the sections beside the page. */
export const shortcutGroups = (
  viewer: Viewer,
  beside: readonly Section[] = sectionsFor(viewer.scopes),
): ShortcutGroup[] => [
  {
    title: "Anywhere",
    shortcuts: [
      { keys: ["Mod", "K"], does: "Search and commands" },
      { keys: ["/"], does: "Search this list, or everything" },
      ...(mayCreateAgents(viewer) ? [{ keys: ["C"], does: "Create an agent" }] : []),
      ...(hasBell(viewer) ? [{ keys: ["B"], does: "Open the bell" }] : []),
      { keys: ["?"], does: "These shortcuts" },
      { keys: ["Esc"], does: "Close what is open" },
    ],
  },
  {
    title: "Go to",
    shortcuts: beside.map(({ key, label }) => ({ keys: ["G", key.toUpperCase()], does: label })),
  },
  {
    title: "Lists and tabs",
    shortcuts: [
      { keys: ["↑", "↓"], or: ["K", "J"], does: "Previous and next message" },
      { keys: ["←", "→"], does: "Previous and next tab" },
      { keys: ["Enter"], does: "Open" },
      ...(viewer.scopes.includes("alerts:write")
        ? [
            { keys: ["E"], does: "Acknowledge the alert" },
            { keys: ["X"], does: "Select the alert" },
          ]
        : []),
    ],
  },
];
