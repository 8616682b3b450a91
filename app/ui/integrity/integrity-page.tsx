import { useFetcher } from "@remix-run/react";
import { ShieldCheck } from "lucide-react";
import type { IntegrityOverview, SealList } from "#app/domain/integrity/schema.ts";
import { AuditTabs } from "../audit/audit-tabs.tsx";
import { Button } from "../primitives/button.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { ChainPanel } from "./chain-panel.tsx";
import { CheckPanel } from "./check-panel.tsx";
import { SealsPanel } from "./seals-panel.tsx";
import { useFollowedCheck } from "./use-followed-check.ts";

interface IntegrityPageProps {
  integrity: IntegrityOverview;
  seals: SealList;
  isFirstPage: boolean;
  /** What the form without JavaScript was answered. */
  answer: unknown;
}

/** Whether the audit trail is what was recorded, and what says so. */
export function IntegrityPage({ integrity, seals, isFirstPage, answer }: IntegrityPageProps) {
  const fetcher = useFetcher();
  useOutcomeToast(answer);
  useOutcomeToast(fetcher.data);
  const { verification } = integrity;
  const isRunning = useFollowedCheck(verification);
  return (
    <div className="mx-auto max-w-4xl space-y-6 px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Integrity"
        description="Within a minute of being recorded, every event is sealed: hashed, chained to those before it, and signed. A check finds what was changed, removed or added since."
        actions={
          <fetcher.Form method="post">
            <input type="hidden" name="intent" value="verify" />
            <Button
              type="submit"
              variant="primary"
              icon={<ShieldCheck aria-hidden="true" className="size-4" />}
              busy={fetcher.state !== "idle" || isRunning}
            >
              Verify
            </Button>
          </fetcher.Form>
        }
      />
      <AuditTabs here="integrity" />
      <CheckPanel verification={verification} />
      <ChainPanel integrity={integrity} />
      <SealsPanel {...seals} isFirstPage={isFirstPage} />
    </div>
  );
}
