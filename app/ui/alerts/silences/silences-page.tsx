import { useFetcher } from "@remix-run/react";
import { VolumeX } from "lucide-react";
import { useState } from "react";
import { kindInWords } from "#app/domain/alerts/alert-words.ts";
import type { RuleKind, Severity } from "#app/domain/alerts/rule-kinds.ts";
import type { SilenceView } from "#app/domain/alerts/rule-schema.ts";
import { OutcomeNotice } from "../../outcome-notice.tsx";
import { Button } from "../../primitives/button.tsx";
import { ConfirmButton } from "../../primitives/confirm-button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { PageHeader } from "../../primitives/page-header.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { ExactTime, RelativeTime } from "../../primitives/relative-time.tsx";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import type { AlertsBase } from "../alerts-href.ts";
import { AlertsTabs } from "../alerts-tabs.tsx";
import { SilenceDialog } from "./silence-dialog.tsx";

interface SilencesPageProps {
  base: AlertsBase;
  silences: readonly SilenceView[];
  agents: readonly { id: string; name: string }[];
  kinds: readonly RuleKind[];
  mayChange: boolean;
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

/** What nobody is told of for a while, and why; it is counted and shown all the same. */
export function SilencesPage({ base, silences, agents, kinds, mayChange, answer }: SilencesPageProps) {
  const [isOpen, setOpen] = useState(false);
  const active = silences.filter(({ isActive }) => isActive);
  const past = silences.filter(({ isActive }) => !isActive);
  const add = mayChange && (
    <Button
      variant="primary"
      className="needs-script"
      icon={<VolumeX className="size-4" />}
      onClick={() => setOpen(true)}
    >
      Add a silence
    </Button>
  );
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Silences"
        description="What nobody is told of until an end, such as during works. Alerts are counted and shown all the same."
        actions={active.length > 0 && add}
      />
      <AlertsTabs base={base} here="silences" />
      <OutcomeNotice answer={answer} />
      <Panel title="Active" flush>
        {active.length === 0 ? (
          <EmptyState icon={VolumeX} title="Nothing is silenced" action={add}>
            Every alert is told to the channels that let it through.
          </EmptyState>
        ) : (
          <ul aria-label="Active silences" className="divide-y">
            {active.map((silence) => (
              <Item key={silence.id} silence={silence} mayChange={mayChange} />
            ))}
          </ul>
        )}
      </Panel>
      {past.length > 0 && (
        <Panel title="Past" flush className="mt-6">
          <ul aria-label="Past silences" className="divide-y">
            {past.map((silence) => (
              <Item key={silence.id} silence={silence} mayChange={false} />
            ))}
          </ul>
        </Panel>
      )}
      <SilenceDialog open={isOpen} onClose={() => setOpen(false)} agents={agents} kinds={kinds} />
    </div>
  );
}

const upTo: Record<Severity, string> = {
  info: ", info only",
  warning: ", up to warnings",
  critical: "",
};

/** What it fits, such as `Rate limit of Planner, up to warnings`. */
function fitOf({ kind, subjectId, subjectName, maxSeverity }: SilenceView): string {
  const what = kind === null ? "Every kind of alert" : kindInWords(kind);
  const whose = subjectId === null ? "" : ` of ${subjectName ?? subjectId}`;
  return `${what}${whose}${upTo[maxSeverity]}`;
}

function Item({ silence, mayChange }: { silence: SilenceView; mayChange: boolean }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const { id, reason, endsAt, isActive, createdBy } = silence;
  const fit = fitOf(silence);
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-sm font-medium [overflow-wrap:anywhere]">{fit}</p>
        <p className="mt-0.5 text-sm text-ink-muted [overflow-wrap:anywhere]">{reason}</p>
        <p className="mt-1 text-xs text-ink-muted">
          {isActive ? "Ends " : "Ended "}
          <RelativeTime at={endsAt} /> (<ExactTime at={endsAt} />){createdBy !== null && ` · by ${createdBy}`}
        </p>
      </div>
      {mayChange && (
        <ConfirmButton
          fetcher={fetcher}
          values={{ intent: "end-silence", silenceId: id }}
          size="sm"
          aria-label={`End now: ${fit}`}
          title="End this silence now?"
          consequence="Alerts that fit it, and that go on, are told from then on."
          confirmLabel="End silence"
          danger={false}
        >
          End now
        </ConfirmButton>
      )}
    </li>
  );
}
