import { type ModelTier, modelTiers, tierCatalogue } from "../catalogue.ts";
import { amountOf, TOKENS_PER_PRICE } from "./amounts.ts";
import type { StatementLine } from "./schema.ts";
import type { Statement } from "./statement.ts";
import { lineWords } from "./statement-words.ts";

/**
 * What a closed month costs more or less than was invoiced for it, for the next invoice. Only what was used
 * can have changed: terms are never changed, and a price that is not what it was is not asked again.
 * @param billed the invoice's own lines and the adjustments of that month in later ones
 */
export function adjustmentLines(statement: Statement, billed: readonly StatementLine[]): StatementLine[] {
  const { month } = statement;
  return modelTiers.flatMap((tier): StatementLine[] => {
    const ours = billed.filter((line) => isOfTokens(line, tier) && line.period === month);
    const tokens = ours.reduce((sum, { quantity }) => sum + tokensOf(quantity), 0n);
    const used = statement.overQuota.reduce((sum, { charged }) => sum + BigInt(charged.get(tier) ?? 0), 0n);
    if (used === tokens) return [];
    const unitPriceMicros = ours[0]?.unitPriceMicros ?? tierCatalogue[tier].overageMicrosPerMillion;
    const dueMicros = amountOf(unitPriceMicros, used, BigInt(TOKENS_PER_PRICE));
    const billedMicros = ours.reduce((sum, { amountMicros }) => sum + amountMicros, 0);
    return [
      {
        kind: "adjustment",
        item: tier,
        description: lineWords.adjustment(tier, month),
        period: month,
        unit: "million_tokens",
        unitPriceMicros,
        quantity: Number(used - tokens) / TOKENS_PER_PRICE,
        amountMicros: dueMicros - billedMicros,
      },
    ];
  });
}

const isOfTokens = ({ kind, item }: StatementLine, tier: ModelTier): boolean =>
  (kind === "overage" || kind === "adjustment") && item === tier;

/** Quantities have six decimals: they are whole tokens. */
const tokensOf = (quantity: number): bigint => BigInt(Math.round(quantity * TOKENS_PER_PRICE));
