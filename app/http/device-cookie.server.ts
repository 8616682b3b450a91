import { randomBytes } from "node:crypto";
import { type AppLoadContext, type Cookie, createCookie } from "@remix-run/node";
import { cookieSecrets } from "./cookie-secrets.server.ts";

type WithRuntime = Pick<AppLoadContext, "runtime">;

/** As long as browsers keep one (RFC 6265bis); each sign-in begins it anew. */
const maxAgeSeconds = 400 * 24 * 60 * 60;

/**
 * Tells a browser again that somebody has signed in with before. It lets nobody in, and outlives
 * the session: a person at their own browser is not held up by what others do to their account.
 */
function deviceCookie({ runtime }: WithRuntime): Cookie {
  const { http } = runtime.env;
  const secure = http.origin.startsWith("https:");
  return createCookie(secure ? "__Host-signalbox-device" : "signalbox-device", {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure,
    maxAge: maxAgeSeconds,
    secrets: cookieSecrets(runtime.env, "device cookie"),
  });
}

/** What the browser is called: as before, when its cookie is one of ours, else newly. */
export async function readDeviceId(
  { headers }: Pick<Request, "headers">,
  context: WithRuntime,
): Promise<string> {
  const value: unknown = await deviceCookie(context).parse(headers.get("Cookie"));
  return typeof value === "string" && /^[\w-]{22}$/.test(value)
    ? value
    : randomBytes(16).toString("base64url");
}

/** `Set-Cookie` that keeps the name. */
export const keepDeviceId = (deviceId: string, context: WithRuntime): Promise<string> =>
  deviceCookie(context).serialize(deviceId);
