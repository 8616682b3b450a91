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
  roles: { to: "/dashboard/settings/roles", label: "Roles" },
} as const satisfies Record<string, SettingsTab>;

/** Those of them that the viewer may see. */
export function SettingsTabs({ here }: { here: keyof typeof tabs }) {
  const scopes = useViewer()?.scopes ?? [];
  const shown = Object.entries<SettingsTab>(tabs).filter(
    ([, { scope }]) => scope === undefined || scopes.includes(scope),
  );
  return (
    <SegmentLinks
      label="Pages of the settings"
      current="page"
      className="mb-4 w-fit max-w-full overflow-x-auto"
      links={shown.map(([name, { to, label }]) => ({ to, label, isCurrent: name === here }))}
    />
  );
}
