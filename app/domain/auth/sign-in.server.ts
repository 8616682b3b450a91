import { type BeginSessionOptions, beginSession, type SignedIn } from "./begin-session.server.ts";
import { type CheckPasswordOptions, checkPassword } from "./check-password.server.ts";
import type { PasswordService } from "./held-attempts.server.ts";

export interface SignInOptions extends CheckPasswordOptions, BeginSessionOptions {}

/**
 * Signs a person in with email and password and begins a session of their browser.
 * @throws AppError invalid_credentials.
 */
export async function signIn(sink: PasswordService, options: SignInOptions): Promise<SignedIn> {
  return beginSession(sink.db, await checkPassword(sink, options), options);
}
