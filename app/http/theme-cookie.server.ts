import { type AppLoadContext, type Cookie, createCookie } from "@remix-run/node";

type WithRuntime = Pick<AppLoadContext, "runtime">;

/** Which theme a browser asked for. No secret and no personal data: it says how pages look. */
function themeCookie({ runtime }: WithRuntime): Cookie {
  const secure = runtime.env.http.origin.startsWith("https:");
  return createCookie(secure ? "__Host-signalbox-theme" : "signalbox-theme", {
    path: "/",
    sameSite: "lax",
    httpOnly: true,
    secure,
    maxAge: 365 * 24 * 60 * 60,
  });
}

/** What the request's cookie says; anything, since a browser sends what it likes. */
export const readThemeCookie = (request: Request, context: WithRuntime): Promise<unknown> =>
  themeCookie(context).parse(request.headers.get("Cookie"));

/** `Set-Cookie` that keeps a theme. */
export const keepTheme = (theme: string, context: WithRuntime): Promise<string> =>
  themeCookie(context).serialize(theme);
