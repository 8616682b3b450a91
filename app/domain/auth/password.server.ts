import { hash, verify } from "@node-rs/argon2";

/**
 * argon2id with OWASP's first choice for it (19 MiB, 2 passes, 1 lane); argon2id is the library's default.
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash at the same cost of a password nobody has: checked when there is no account, so that the answer takes as long. */
export const nobodysHash =
  "$argon2id$v=19$m=19456,t=2,p=1$YHiNEBwFAB62iKNrNLlGEA$p3KeOEpZYE2r9FyUgh+5sY9uVbXSVFtVOkCwfDWgQQE";

// The same password typed on two systems may be composed differently (NIST SP 800-63B 5.1.1.2).
const normalize = (password: string): string => password.normalize("NFKC");

/** The PHC string to store. */
export const hashPassword = (password: string): Promise<string> => hash(normalize(password), cost);

/** Whether the password is the one hashed; as slow, and false, when there is no hash. */
export async function verifyPassword(password: string, passwordHash: string | null): Promise<boolean> {
  const matches = await verify(passwordHash ?? nobodysHash, normalize(password));
  return matches && passwordHash !== null;
}
