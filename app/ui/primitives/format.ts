const counts = new Intl.NumberFormat("en-GB");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** 12345 → "12,345". */
export const formatCount = (count: number): string => counts.format(count);

/** 10_000_000 → "10M". */
export const formatCompact = (count: number): string => compact.format(count);
