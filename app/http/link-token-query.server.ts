import { z } from "zod";

/** What came with a mailed link; empty when there is none. Whether it works is the domain's to say. */
export const linkTokenQuery = z.object({ token: z.string().max(200).catch("").default("") });

/**
 * For pages whose address has such a token: what they link to and load learns of the origin alone. Not
 * `no-referrer`, with which a browser would send the page's form with the origin `null`.
 */
export const linkTokenHeaders = { "Referrer-Policy": "strict-origin" };
