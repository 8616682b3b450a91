/** What every answer says, whatever made it. */
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
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    ...(secure && { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" }),
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
      "Content-Security-Policy": policy(nonce),
      "Cross-Origin-Opener-Policy": "same-origin",
      "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
      "X-Frame-Options": "DENY",
    }),
    file: common,
    data: { ...common, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox" },
  };
}
