import { AppError } from "#app/domain/errors.ts";
import type { Runtime } from "#app/runtime.ts";

/** @throws AppError forbidden where strangers may not make an organisation of their own. */
export function requireRegistration({ env }: Pick<Runtime, "env">): void {
  if (!env.registration)
    throw new AppError(
      "forbidden",
      "Signing up is switched off here. Ask an admin of your organisation to invite you.",
    );
}
