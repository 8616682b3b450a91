import { createHmac } from "node:crypto";
import type { Env } from "../env.server.ts";

/** What signs a cookie, and after it what signed it before the secret key was changed. */
export const cookieSecrets = (
  { secretKey, previousSecretKeys }: Pick<Env, "secretKey" | "previousSecretKeys">,
  cookie: string,
): string[] =>
  [secretKey, ...previousSecretKeys].map((key) =>
    createHmac("sha256", key).update(cookie).digest("base64url"),
  );
