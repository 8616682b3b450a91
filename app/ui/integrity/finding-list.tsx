import type { Damage, DamageKind } from "#app/domain/integrity/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { formatCount } from "../primitives/format.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";

const kindNames: Record<DamageKind, string> = {
  changed: "Changed",
  missing: "Missing",
  inserted: "Inserted",
  reordered: "Out of order",
  chain: "Broken chain",
  cut: "Cut off",
  unreadable: "Unreadable",
};

/** What a check has found, each with its place. */
export function FindingList({ findings, total }: { findings: Damage[]; total: number }) {
  return (
    <div>
      <ul className="divide-y rounded border">
        {findings.map((finding, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes, of things without ids.
          <li key={index} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-3 py-2.5 text-sm">
            <Badge tone="bad">{kindNames[finding.kind]}</Badge>
            <div className="min-w-0 flex-1 basis-64">
              <p className="[overflow-wrap:anywhere]">{finding.message}</p>
              <FindingPlace finding={finding} />
            </div>
          </li>
        ))}
      </ul>
      {total > findings.length && (
        <p className="mt-2 text-sm text-ink-muted">
          And {formatCount(total - findings.length)} more, which are counted and not listed.
        </p>
      )}
    </div>
  );
}

function FindingPlace({ finding: { file, line, occurredAt } }: { finding: Damage }) {
  if (file === null && occurredAt === null) return null;
  return (
    <p className="mt-0.5 text-xs text-ink-muted [overflow-wrap:anywhere]">
      {file !== null && (line === null ? file : `${file}, line ${formatCount(line)}`)}
      {file !== null && occurredAt !== null && " · "}
      {occurredAt !== null && <RelativeTime at={occurredAt} />}
    </p>
  );
}
