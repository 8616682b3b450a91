import { formatMoney } from "../primitives/format.ts";

const cents = new Intl.NumberFormat("en-US", {
  ...{ style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 4 },
});
const compactDollars = new Intl.NumberFormat("en-US", {
  ...{ style: "currency", currency: "USD", notation: "compact", maximumFractionDigits: 1 },
});

/** `formatMoney` of what may be less than a cent, which shows its first figures: 400 → "$0.0004". */
export const formatCost = (micros: number): string =>
  micros === 0 || micros >= 10_000 ? formatMoney(micros) : cents.format(micros / 1_000_000);

/** 12_500_000_000 → "$12.5K". */
export const formatCompactMoney = (micros: number): string => compactDollars.format(micros / 1_000_000);
