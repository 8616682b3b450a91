import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import type { RuleKind } from "#app/domain/alerts/rule-kinds.ts";
import type { SteadyRow } from "../use-steady-list.ts";

export type AlertRow = SteadyRow<AlertView>;

/** A row, or what stands for those of the same kind that are not shown. */
export type AlertLine = { row: AlertRow } | { kind: RuleKind; more: number };

/** So many of a kind may stand before the others fold. */
const most = 3;
/** So many of them stay. */
const kept = 2;

/**
 * The same found of many (twenty agents near their quota) is one line with a number, behind the first
 * two of it, so that it hides nothing else. What is critical always stands by itself.
 */
export function foldAlerts(rows: readonly AlertRow[]): AlertLine[] {
  const counts = new Map<RuleKind, number>();
  for (const { item } of rows) if (isFoldable(item)) counts.set(item.kind, (counts.get(item.kind) ?? 0) + 1);
  const seen = new Map<RuleKind, number>();
  return rows.flatMap((row): AlertLine[] => {
    const { kind } = row.item;
    const count = counts.get(kind) ?? 0;
    if (!isFoldable(row.item) || count <= most) return [{ row }];
    const place = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, place);
    if (place < kept) return [{ row }];
    return place === kept ? [{ row }, { kind, more: count - kept }] : [];
  });
}

const isFoldable = ({ severity }: AlertView): boolean => severity !== "critical";
