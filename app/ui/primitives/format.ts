const counts = new Intl.NumberFormat("en-GB");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** 12345 → "12,345". */
export const formatCount = (count: number): string => counts.format(count);

/** 10_000_000 → "10M". */
export const formatCompact = (count: number): string => compact.format(count);

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "long", year: "numeric", timeZone: "UTC" },
});

/** Micro-dollars to the cent: 529_400_000 → "$529.40", and a credit "-$1.20". */
export const formatMoney = (micros: number): string => dollars.format(micros / 1_000_000);

/** "2026-11-01" → "November 2026". */
export const formatMonth = (firstDay: string): string => month.format(new Date(`${firstDay}T00:00:00Z`));

/** "2026-12-01" → "1 December 2026". */
export const formatDay = (date: string): string => day.format(new Date(`${date}T00:00:00Z`));

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
