/** A person's own account: signing up, confirming an address, passwords. Client-safe. */
import { z } from "zod";
import { passwordMaxLength, passwordMinLength } from "./password-length.ts";
import { line, signInSchema } from "./schema.ts";

const email = line(254).pipe(z.email("must be an email address"));

/** Its length alone; whether it is a good one depends on whose it is (`password-rules.ts`). */
const newPassword = z
  .string()
  .min(passwordMinLength, `must have at least ${passwordMinLength} characters`)
  .max(passwordMaxLength, `must have at most ${passwordMaxLength.toLocaleString("en-GB")} characters`);

/** What came with a mailed link. */
const linkToken = z.string().min(1, "must not be empty").max(200, "must have at most 200 characters");

export const registerSchema = z.strictObject({
  tenantName: line(100),
  name: line(100),
  email,
  password: newPassword,
});
export type RegisterInput = z.output<typeof registerSchema>;

export const forgotPasswordSchema = z.strictObject({ email });

export const resetPasswordSchema = z.strictObject({ token: linkToken, password: newPassword });
export type ResetPasswordInput = z.output<typeof resetPasswordSchema>;

export const verifyEmailSchema = z.strictObject({ token: linkToken });

export const changePasswordSchema = z.strictObject({
  currentPassword: signInSchema.shape.password,
  newPassword,
});
export type ChangePasswordInput = z.output<typeof changePasswordSchema>;

export const changeNameSchema = z.strictObject({ name: line(100) });

export const changeEmailSchema = z.strictObject({
  email,
  currentPassword: signInSchema.shape.password,
});
export type ChangeEmailInput = z.output<typeof changeEmailSchema>;

/** A person's account as they see it themselves. */
export interface AccountView {
  name: string;
  email: string;
  emailVerified: boolean;
  /** The address that they have asked for, and whose link nobody has followed yet. */
  pendingEmail: string | null;
  passwordChangedAt: string | null;
}
