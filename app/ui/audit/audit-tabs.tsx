import { SegmentLinks } from "../primitives/segment-links.tsx";

/** The pages of the audit trail: its events, the proof that they are untouched, and how long they are kept. */
const tabs = {
  events: { to: "/dashboard/audit", label: "Events" },
  integrity: { to: "/dashboard/audit/integrity", label: "Integrity" },
  retention: { to: "/dashboard/audit/retention", label: "Retention" },
  archive: { to: "/dashboard/audit/archive", label: "Archive" },
} as const;

export function AuditTabs({ here }: { here: keyof typeof tabs }) {
  return (
    <SegmentLinks
      label="Pages of the audit trail"
      current="page"
      className="mb-4 w-fit max-w-full overflow-x-auto"
      links={Object.entries(tabs).map(([name, { to, label }]) => ({ to, label, isCurrent: name === here }))}
    />
  );
}
