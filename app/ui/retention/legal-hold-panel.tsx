import { useFetcher } from "@remix-run/react";
import { Lock } from "lucide-react";
import type { TrailRetentionView } from "#app/domain/integrity/archive/archive-schema.ts";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

/** While archives are on hold none is deleted, whatever its time. */
export function LegalHoldPanel({
  hold,
  mayChange,
}: {
  hold: TrailRetentionView["hold"];
  mayChange: boolean;
}) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <Panel
      title="Legal hold"
      description="Keeps every archive until somebody releases it. Events still move to archives."
      actions={mayChange && (hold === null ? <Place fetcher={fetcher} /> : <Release fetcher={fetcher} />)}
    >
      {hold === null ? (
        <p className="text-sm text-ink-muted">There is none: archives are deleted when their time is over.</p>
      ) : (
        <Notice tone="warn" title={hold.reason}>
          <p>
            Placed by {hold.placedBy ?? "somebody"}, <RelativeTime at={hold.placedAt} />
          </p>
        </Notice>
      )}
    </Panel>
  );
}

type Fetcher = ReturnType<typeof useFetcher>;

function Place({ fetcher }: { fetcher: Fetcher }) {
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "hold" }}
      icon={<Lock aria-hidden="true" className="size-4" />}
      title="Place a legal hold?"
      consequence="No archive of the audit trail is deleted until it is released."
      confirmLabel="Place hold"
      danger={false}
      fields={<TextField name="reason" label="Reason" required maxLength={500} />}
    >
      Place hold
    </ConfirmButton>
  );
}

function Release({ fetcher }: { fetcher: Fetcher }) {
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "release" }}
      title="Release the legal hold?"
      consequence="Archives whose time is over are deleted tonight, and cannot be brought back."
      confirmLabel="Release hold"
    >
      Release hold
    </ConfirmButton>
  );
}
