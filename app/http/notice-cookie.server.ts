import { createCookie } from "@remix-run/node";

/** Which notice of the shell a browser has put away, for a week. No secret and no personal data. */
const noticeCookie = createCookie("signalbox-notice", {
  path: "/",
  sameSite: "lax",
  httpOnly: true,
  maxAge: 7 * 24 * 60 * 60,
});

export const hasDismissed = async (request: Request, notice: string): Promise<boolean> =>
  (await noticeCookie.parse(request.headers.get("Cookie"))) === notice;

/** `Set-Cookie` that puts a notice away. */
export const dismissNotice = (notice: string): Promise<string> => noticeCookie.serialize(notice);
