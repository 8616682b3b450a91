import { createCookie } from "@remix-run/node";

/** Which theme a browser asked for. No secret and no personal data: it says how pages look. */
const themeCookie = createCookie("signalbox-theme", {
  path: "/",
  sameSite: "lax",
  httpOnly: true,
  maxAge: 365 * 24 * 60 * 60,
});

/** What the request's cookie says; anything, since a browser sends what it likes. */
export const readThemeCookie = (request: Request): Promise<unknown> =>
  themeCookie.parse(request.headers.get("Cookie"));

/** `Set-Cookie` that keeps a theme. */
export const keepTheme = (theme: string): Promise<string> => themeCookie.serialize(theme);
