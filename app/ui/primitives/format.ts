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
