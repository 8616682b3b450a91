import type { ErasureList, ErasureSubject, HoldList, RetentionView } from "#app/domain/retention/schema.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { ErasurePanel } from "./erasure-panel.tsx";
import { HoldsPanel } from "./holds-panel.tsx";
import { RetentionPanel } from "./retention-panel.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

interface SettingsPageProps {
  retention: RetentionView;
  /** Undefined for those who may only look. */
  admin: { holds: HoldList; erasures: ErasureList; subjects: ErasureSubject[] } | undefined;
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** What the organisation has decided for all of its messages. */
export function SettingsPage({ retention, admin, answer }: SettingsPageProps) {
  useOutcomeToast(answer);
  return (
    <div className="mx-auto max-w-4xl space-y-6 px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <div>
        <SettingsTabs here="general" />
        <PageHeader
          title="Settings"
          description={
            admin
              ? "How long messages are kept, what is kept for longer, and what is erased before."
              : "How long messages are kept. Admins of your organisation can change it."
          }
        />
      </div>
      <RetentionPanel retention={retention} mayChange={admin !== undefined} />
      {admin && <HoldsPanel {...admin.holds} />}
      {admin && <ErasurePanel {...admin.erasures} subjects={admin.subjects} />}
    </div>
  );
}
