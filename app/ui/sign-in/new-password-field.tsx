import { passwordMinLength } from "#app/domain/auth/password-length.ts";
import { PasswordField } from "../primitives/field.tsx";

interface NewPasswordFieldProps {
  label: string;
  name: string;
  error: string | undefined;
}

/** A password that is being chosen: typed once, and looked at rather than typed again. */
export function NewPasswordField({ label, name, error }: NewPasswordFieldProps) {
  return (
    <PasswordField
      label={label}
      name={name}
      autoComplete="new-password"
      required
      error={error}
      hint={`At least ${passwordMinLength} characters. A few words that have nothing to do with each other are easy to keep and hard to guess.`}
    />
  );
}
