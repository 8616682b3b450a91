import { type AppLoadContext, type Cookie, createCookie } from "@remix-run/node";
import { sessionMaxDays } from "#app/domain/auth/session-lifetime.ts";
import { cookieSecrets } from "./cookie-secrets.server.ts";

type WithRuntime = Pick<AppLoadContext, "runtime">;

/**
 * The cookie that holds a session's token, signed. Over https it has the `__Host-` prefix, so that
 * no other host or path of the domain can plant one.
 * https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
 */
function sessionCookie({ runtime }: WithRuntime): Cookie {
  const { http } = runtime.env;
  const secure = http.origin.startsWith("https:");
  return createCookie(secure ? "__Host-signalbox" : "signalbox", {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure,
    maxAge: sessionMaxDays * 24 * 60 * 60,
    secrets: cookieSecrets(runtime.env, "session cookie"),
  });
}

/** The session token that a request carries, when its signature is ours. */
export async function readSessionToken(request: Request, context: WithRuntime): Promise<string | undefined> {
  const header = request.headers.get("Cookie");
  if (header === null) return undefined;
  const value: unknown = await sessionCookie(context).parse(header);
  return typeof value === "string" ? value : undefined;
}

/** `Set-Cookie` that keeps this token. */
export const keepSessionToken = (token: string, context: WithRuntime): Promise<string> =>
  sessionCookie(context).serialize(token);

/** `Set-Cookie` that takes the token away. */
export const dropSessionToken = (context: WithRuntime): Promise<string> =>
  sessionCookie(context).serialize("", { maxAge: 0, expires: new Date(0) });
