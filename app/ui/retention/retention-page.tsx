import type { ArchiveList, TrailRetentionView } from "#app/domain/integrity/archive/archive-schema.ts";
import { AuditTabs } from "../audit/audit-tabs.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { ArchivesPanel } from "./archives-panel.tsx";
import { DaysPanel } from "./days-panel.tsx";
import { LegalHoldPanel } from "./legal-hold-panel.tsx";
import { RunsPanel } from "./runs-panel.tsx";

interface RetentionPageProps {
  retention: TrailRetentionView;
  archives: ArchiveList;
  mayChange: boolean;
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** How long audit events are kept, and where those are that have left the table. */
export function RetentionPage({ retention, archives, mayChange, answer }: RetentionPageProps) {
  useOutcomeToast(answer);
  return (
    <div className="mx-auto max-w-4xl space-y-6 px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Retention of the audit trail"
        description="Once a day, sealed events that are old enough move to archives, and archives whose time is over are deleted. A signed record of what they were stays."
      />
      <AuditTabs here="retention" />
      <DaysPanel {...retention} mayChange={mayChange} answer={answer} />
      <LegalHoldPanel hold={retention.hold} mayChange={mayChange} />
      <ArchivesPanel {...archives} />
      <RunsPanel runs={retention.runs} lastRunAt={retention.lastRunAt} />
    </div>
  );
}
