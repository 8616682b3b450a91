import { SegmentLinks } from "../primitives/segment-links.tsx";
import type { AlertsBase } from "./alerts-href.ts";

/** The pages about alerts: what was found, what is looked for, where it is told, and what is told to nobody. */
const tabs = {
  alerts: { path: "", label: "Alerts" },
  rules: { path: "/rules", label: "Rules" },
  channels: { path: "/channels", label: "Channels" },
  silences: { path: "/silences", label: "Silences" },
} as const;

export type AlertsTab = keyof typeof tabs;

/** A tenant's pages, or those of the service itself. */
export function AlertsTabs({ base = "/dashboard/alerts", here }: { base?: AlertsBase; here: AlertsTab }) {
  return (
    <SegmentLinks
      label="Pages about alerts"
      current="page"
      className="mb-4 w-fit max-w-full overflow-x-auto"
      links={Object.entries(tabs).map(([name, { path, label }]) => ({
        to: `${base}${path}`,
        label,
        isCurrent: name === here,
      }))}
    />
  );
}
