import { CENT } from "../catalogue.ts";

/** Tokens that an overage price is of. */
export const TOKENS_PER_PRICE = 1_000_000;

/** `numerator / denominator`, both not negative, to the nearest whole number; halves up. */
const rounded = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);

/** Micro-dollars, rounded half up to the cent: a price for `part` of `whole`. */
export const amountOf = (priceMicros: number, part: bigint, whole: bigint): number =>
  Number(rounded(BigInt(priceMicros) * part, whole * BigInt(CENT))) * CENT;

/** The same to the micro-dollar. */
export const exactAmountOf = (priceMicros: number, part: bigint, whole: bigint): number =>
  Number(rounded(BigInt(priceMicros) * part, whole));

/** A share to six decimals. */
export const quantityOf = (part: bigint, whole: bigint): number =>
  Number(rounded(part * 1_000_000n, whole)) / 1_000_000;
