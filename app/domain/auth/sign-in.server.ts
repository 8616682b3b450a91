import type { DenialSink } from "../audit/record-denial.server.ts";
import { type BeginSessionOptions, beginSession, type SignedIn } from "./begin-session.server.ts";
import { type CheckPasswordOptions, checkPassword } from "./check-password.server.ts";

export interface SignInOptions extends CheckPasswordOptions, BeginSessionOptions {}

/**
 * Signs a person in with email and password and begins a session of their browser.
 * @throws AppError invalid_credentials.
 */
export async function signIn(sink: DenialSink, options: SignInOptions): Promise<SignedIn> {
  return beginSession(sink.db, await checkPassword(sink, options), options);
}
