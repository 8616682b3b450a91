import { ShieldQuestion } from "lucide-react";
import type { VerificationView } from "#app/domain/integrity/schema.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Share } from "../primitives/share.tsx";
import { FindingList } from "./finding-list.tsx";

/** The newest check: how far it is, or what it has found and where. */
export function CheckPanel({ verification }: { verification: VerificationView | null }) {
  if (verification === null)
    return (
      <Panel title="Last check">
        <EmptyState icon={ShieldQuestion} title="Nothing was checked yet" className="!py-8">
          Verify reads the whole trail and compares it with its seals.
        </EmptyState>
      </Panel>
    );
  const { createdAt, requestedBy } = verification;
  return (
    <Panel
      title="Last check"
      description={
        <>
          Asked for by {requestedBy ?? "somebody"}, <RelativeTime at={createdAt} />
        </>
      }
    >
      <div aria-live="polite">
        <Outcome verification={verification} />
      </div>
    </Panel>
  );
}

function Outcome({ verification }: { verification: VerificationView }) {
  const { state, events, seals, sealsTotal, erased, archives, damages, findings, error } = verification;
  switch (state) {
    case "waiting":
      return <Progress words="Waiting for a worker to begin." part={0} total={1} />;
    case "running":
      return (
        <Progress
          words={`${formatCount(seals)} of ${formatCount(sealsTotal)} seals, ${formatCount(events)} events${damages > 0 ? `, ${inWords(damages, "damage")} so far` : ""}.`}
          part={seals}
          total={sealsTotal}
        />
      );
    case "intact":
      return (
        <Notice tone="ok" title="The trail is as it was sealed.">
          <p>
            {inWords(events, "event")} under {inWords(seals, "seal")}
            {archives > 0 && `, ${inWords(archives, "archive")} among them`}.
            {erased > 0 &&
              ` Names and texts of ${inWords(erased, "event")} were erased on request; their seals hold.`}
          </p>
        </Notice>
      );
    case "damaged":
      return (
        <div className="space-y-4">
          <Notice tone="bad" title={`The trail is damaged in ${inWords(damages, "place")}.`}>
            <p>
              {inWords(events, "event")} under {inWords(seals, "seal")} were compared.
            </p>
          </Notice>
          <FindingList findings={findings} total={damages} />
        </div>
      );
    case "failed":
      return (
        <Notice tone="warn" title="The check could not be finished.">
          <p>{error ?? "It is tried again by itself."}</p>
        </Notice>
      );
  }
}

function Progress({ words, part, total }: { words: string; part: number; total: number }) {
  return (
    <div>
      <p className="text-sm text-ink-muted">{words}</p>
      <Share of={part} most={total} />
      <noscript>
        <p className="mt-3 text-sm text-ink-muted">Load the page again to see how far it is.</p>
      </noscript>
    </div>
  );
}

const inWords = (count: number, what: string): string =>
  `${formatCount(count)} ${count === 1 ? what : `${what}s`}`;
