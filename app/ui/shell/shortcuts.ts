import type { Viewer } from "./viewer.ts";

export const newAgentPath = "/dashboard/agents/new";
export const mayCreateAgents = ({ scopes }: Viewer): boolean => scopes.includes("agents:write");

const storageKey = "signalbox.single-key-shortcuts";

/**
 * Shortcuts of one letter can be switched off: they get in the way of speech input and of
 * unsteady hands (WCAG 2.1.4). Kept in the browser, where the keyboard is.
 */
export function hasSingleKeys(): boolean {
  try {
    return localStorage.getItem(storageKey) !== "off";
  } catch {
    // Storage is refused to this page: the default holds.
    return true;
  }
}

export function keepSingleKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, "off");
  } catch {
    // Then it holds for this page only, which the switch shows.
  }
}
