import type { IntegrityOverview } from "#app/domain/integrity/schema.ts";
import { CodeId } from "../primitives/code-id.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";

/** Where the chain of seals ends, here and outside of the database. */
export function ChainPanel({ integrity }: { integrity: IntegrityOverview }) {
  const { newest, anchoredSequence, anchorError } = integrity;
  return (
    <Panel title="Chain">
      {newest === null ? (
        <p className="text-sm text-ink-muted">The first seal is made within a minute of the first event.</p>
      ) : (
        <Facts>
          <Fact name="Newest seal">
            {formatCount(newest.sequence)}, <RelativeTime at={newest.sealedAt} />
          </Fact>
          <Fact name="Its digest">
            <CodeId id={newest.digest} label="Copy the digest" />
          </Fact>
          <Fact name="Kept outside">
            {anchoredSequence === 0
              ? "Not yet"
              : `Up to seal ${formatCount(anchoredSequence)}, in the archive store`}
          </Fact>
        </Facts>
      )}
      {anchorError !== null && (
        <Notice tone="warn" title="The newest seal could not be kept outside." className="mt-4">
          <p>{anchorError}</p>
        </Notice>
      )}
    </Panel>
  );
}
