import type { AppLoadContext } from "@remix-run/node";
import { Authenticator } from "remix-auth";
import { FormStrategy } from "remix-auth-form";
import type { SignedIn } from "#app/domain/auth/begin-session.server.ts";
import { revokeSession } from "#app/domain/auth/revoke-session.server.ts";
import { signInSchema } from "#app/domain/auth/schema.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import { keepDeviceId, readDeviceId } from "./device-cookie.server.ts";
import { parseInput } from "./parse-input.server.ts";
import { requestInfoOf } from "./request-context.server.ts";
import { findUser } from "./require-actor.server.ts";
import { dropSessionToken, keepSessionToken, readSessionToken } from "./session-cookie.server.ts";
import { placeAt } from "./sign-in-place.server.ts";

/** One per request: the form strategy's callback needs to know whose request it verifies. */
function createAuthenticator(context: AppLoadContext, deviceId: string): Authenticator<SignedIn> {
  const form = new FormStrategy<SignedIn>(async ({ form, request }) =>
    signIn(context.runtime, {
      ...parseInput(
        signInSchema,
        { email: form.get("email") ?? "", password: form.get("password") ?? "" },
        "body",
      ),
      userAgent: request.headers.get("User-Agent"),
      replacedToken: await readSessionToken(request, context),
      place: placeAt(context.runtime, { address: context.clientAddress, deviceId }),
      request: requestInfoOf(context),
    }),
  );
  return new Authenticator<SignedIn>().use(form, "form");
}

/**
 * Signs in with the `email` and `password` of a posted form; gives the headers that set the cookies.
 * @throws AppError invalid_input, invalid_credentials or rate_limited.
 */
export async function signInWithForm(
  request: Request,
  context: AppLoadContext,
): Promise<{ signedIn: SignedIn; headers: Headers }> {
  await context.runtime.limits.takeSignIn(context.clientAddress, context);
  const deviceId = await readDeviceId(request, context);
  const signedIn = await createAuthenticator(context, deviceId).authenticate("form", request);
  const headers = new Headers();
  headers.append("Set-Cookie", await keepSessionToken(signedIn.token, context));
  headers.append("Set-Cookie", await keepDeviceId(deviceId, context));
  return { signedIn, headers };
}

/** Ends the session of the request, if any; gives the headers that take the cookie away. */
export async function signOut(request: Request, context: AppLoadContext): Promise<Headers> {
  const actor = await findUser(request, context);
  if (actor !== undefined) await revokeSession(context.runtime.db, actor, requestInfoOf(context));
  return new Headers({ "Set-Cookie": await dropSessionToken(context) });
}
