import type { Scope } from "#app/domain/auth/scopes.ts";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { useViewer } from "../shell/viewer.ts";

interface SettingsTab {
  to: string;
  label: string;
  /** What one must be allowed to do to see the page; absent: everybody sees it. */
  scope?: Scope;
}

/** The pages of Settings, in their order. One appears here when it exists. */
const tabs = {
  general: { to: "/dashboard/settings", label: "General" },
  members: { to: "/dashboard/settings/members", label: "Members", scope: "members:read" },
  keys: { to: "/dashboard/settings/keys", label: "API keys", scope: "keys:write" },
  roles: { to: "/dashboard/settings/roles", label: "Roles" },
} as const satisfies Record<string, SettingsTab>;

/** Those of them that somebody with these rights may see. */
export const settingsTabsFor = (scopes: readonly Scope[]): (SettingsTab & { name: string })[] =>
  Object.entries<SettingsTab>(tabs)
    .map(([name, tab]) => ({ name, ...tab }))
    .filter(({ scope }) => scope === undefined || scopes.includes(scope));

export function SettingsTabs({ here }: { here: keyof typeof tabs }) {
  const scopes = useViewer()?.scopes ?? [];
  return (
    <SegmentLinks
      label="Pages of the settings"
      current="page"
      className="mb-4 w-fit max-w-full overflow-x-auto"
      links={settingsTabsFor(scopes).map(({ name, to, label }) => ({ to, label, isCurrent: name === here }))}
    />
  );
}
