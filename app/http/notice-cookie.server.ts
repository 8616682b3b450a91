import { type AppLoadContext, type Cookie, createCookie } from "@remix-run/node";

type WithRuntime = Pick<AppLoadContext, "runtime">;

/** Which notice of the shell a browser has put away, for a week. No secret and no personal data. */
function noticeCookie({ runtime }: WithRuntime): Cookie {
  const secure = runtime.env.http.origin.startsWith("https:");
  return createCookie(secure ? "__Host-signalbox-notice" : "signalbox-notice", {
    path: "/",
    sameSite: "lax",
    httpOnly: true,
    secure,
    maxAge: 7 * 24 * 60 * 60,
  });
}

export const hasDismissed = async (
  request: Request,
  context: WithRuntime,
  notice: string,
): Promise<boolean> => (await noticeCookie(context).parse(request.headers.get("Cookie"))) === notice;

/** `Set-Cookie` that puts a notice away. */
export const dismissNotice = (notice: string, context: WithRuntime): Promise<string> =>
  noticeCookie(context).serialize(notice);
