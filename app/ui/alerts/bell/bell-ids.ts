import type { Scope } from "#app/domain/auth/scopes.ts";

export const bellButtonId = "bell-button";
export const bellPanelId = "bell";
export const bellPreferencesPath = "/dashboard/alerts/preferences";

/** Who may read alerts has a bell. */
export const hasBell = ({ scopes }: { scopes: readonly Scope[] }): boolean => scopes.includes("alerts:read");
