/** Client-safe: forms say it too. */
export const outboundUrlMaxLength = 2_048;
