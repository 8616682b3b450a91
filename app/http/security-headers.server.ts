/** What every answer says, whatever made it; by lower-case name. */
export interface SecurityHeaders {
  /** For documents: pages that run our scripts. */
  page(nonce: string | undefined): Record<string, string>;
  /** For data: a browser that is made to show it as a page can do nothing with it. */
  data: Record<string, string>;
  /** For files. No policy of their own, which a script of a worker would run under. */
  file: Record<string, string>;
}

interface SecurityHeadersOptions {
  secure: boolean;
  /** Vite's dev server injects scripts and styles of its own and talks over a WebSocket. */
  development: boolean;
}

/** Headers that keep a browser from doing more with our answers than we mean. */
export function createSecurityHeaders({ secure, development }: SecurityHeadersOptions): SecurityHeaders {
  const common: Record<string, string> = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    ...(secure && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
  const policy = (nonce: string | undefined) =>
    [
      "default-src 'self'",
      development
        ? "script-src 'self' 'unsafe-inline' 'unsafe-eval'"
        : `script-src 'self'${nonce === undefined ? "" : ` 'nonce-${nonce}'`}`,
      // Charts and floating panels place themselves with style attributes.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      development ? "connect-src 'self' ws: wss:" : "connect-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; ");
  return {
    page: (nonce) => ({
      ...common,
      "content-security-policy": policy(nonce),
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
      "x-frame-options": "DENY",
    }),
    file: common,
    data: { ...common, "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox" },
  };
}
