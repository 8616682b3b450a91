import { CircleAlert, Eye, EyeOff } from "lucide-react";
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
  useState,
} from "react";
import { cx } from "./cx.ts";

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** Labels that only screen readers need, where the layout already says it. */
  hideLabel?: boolean;
  className?: string;
}

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

// 16 px on phones: iOS zooms into smaller inputs.
const control = cx(
  "block w-full rounded border border-line-strong bg-surface text-lg text-ink shadow-control transition-colors sm:text-sm",
  "hover:border-ink-faint focus:border-accent focus:outline-none focus:ring-2 focus:ring-accent/30",
  "aria-[invalid]:border-bad aria-[invalid]:focus:ring-bad/30",
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink-faint",
);

/** Label, control, hint and error, wired for assistive technology. */
function Labelled({
  label,
  hint,
  error,
  hideLabel = false,
  className,
  optional,
  children,
}: FieldProps & { optional: boolean; children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label
        htmlFor={id}
        className={hideLabel ? "sr-only" : "mb-1.5 flex items-baseline gap-1.5 text-sm font-medium"}
      >
        {label}
        {optional && <span className="text-xs font-normal text-ink-faint">optional</span>}
      </label>
      {children({
        id,
        "aria-describedby": described === "" ? undefined : described,
        "aria-invalid": error ? true : undefined,
      })}
      {error && (
        <p id={`${id}-error`} className="mt-1.5 flex items-start gap-1.5 text-sm text-bad-ink">
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-ink-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

type Control<T> = Omit<T, "id" | "className" | "children"> & FieldProps & { name: string };

export function TextField({
  label,
  hint,
  error,
  hideLabel,
  className,
  ...input
}: Control<InputHTMLAttributes<HTMLInputElement>>) {
  return (
    <Labelled
      {...{ label, hint, error, hideLabel, className }}
      optional={isOptional(input.required, hideLabel)}
    >
      {(wiring) => <input type="text" {...input} {...wiring} className={cx(control, "h-10 px-3 sm:h-9")} />}
    </Labelled>
  );
}

/** A password that can be looked at, for where one is chosen. */
export function PasswordField({
  label,
  hint,
  error,
  hideLabel,
  className,
  ...input
}: Control<Omit<InputHTMLAttributes<HTMLInputElement>, "type">>) {
  const [isShown, setShown] = useState(false);
  return (
    <Labelled {...{ label, hint, error, hideLabel, className }} optional={false}>
      {(wiring) => (
        <div className="relative">
          <input
            autoCapitalize="none"
            spellCheck={false}
            {...input}
            {...wiring}
            type={isShown ? "text" : "password"}
            className={cx(control, "h-10 pl-3 pr-12 sm:h-9")}
          />
          <button
            type="button"
            aria-pressed={isShown}
            aria-label="Show what is typed"
            title="Show what is typed"
            onClick={() => setShown(!isShown)}
            className="needs-script absolute inset-y-0 right-0 grid w-10 place-items-center rounded text-ink-muted transition-colors hover:text-ink"
          >
            {isShown ? (
              <EyeOff aria-hidden="true" className="size-4" />
            ) : (
              <Eye aria-hidden="true" className="size-4" />
            )}
          </button>
        </div>
      )}
    </Labelled>
  );
}

export function TextArea({
  label,
  hint,
  error,
  hideLabel,
  className,
  ...area
}: Control<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  return (
    <Labelled
      {...{ label, hint, error, hideLabel, className }}
      optional={isOptional(area.required, hideLabel)}
    >
      {(wiring) => <textarea rows={3} {...area} {...wiring} className={cx(control, "px-3 py-2")} />}
    </Labelled>
  );
}

export function SelectField({
  label,
  hint,
  error,
  hideLabel,
  className,
  children,
  ...select
}: Control<SelectHTMLAttributes<HTMLSelectElement>> & { children: ReactNode }) {
  return (
    <Labelled {...{ label, hint, error, hideLabel, className }} optional={false}>
      {(wiring) => (
        <select
          {...select}
          {...wiring}
          className={cx("form-select", control, "h-10 truncate py-0 pl-3 pr-9 sm:h-9")}
        >
          {children}
        </select>
      )}
    </Labelled>
  );
}

const isOptional = (required: boolean | undefined, hideLabel: boolean | undefined): boolean =>
  required !== true && hideLabel !== true;

export interface Choice {
  value: string;
  label: ReactNode;
  detail?: ReactNode;
}

/** A radio group drawn as cards: for few choices that need a word each. */
export function ChoiceField({
  label,
  name,
  choices,
  defaultValue,
  error,
  columns = "sm:grid-cols-3",
}: {
  label: string;
  name: string;
  choices: readonly Choice[];
  defaultValue: string;
  error?: string | undefined;
  /** Tailwind's columns of the cards. */
  columns?: string;
}) {
  const id = useId();
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className={cx("grid gap-2", columns)}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cx(
              "relative flex cursor-pointer flex-col rounded border border-line-strong bg-surface px-3 py-2.5 shadow-control transition-colors hover:bg-hover",
              "has-[:checked]:border-accent has-[:checked]:bg-accent-soft has-[:checked]:ring-1 has-[:checked]:ring-accent",
              "has-[:focus-visible]:outline has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-accent",
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              defaultChecked={choice.value === defaultValue}
              className="sr-only"
            />
            <span className="text-sm font-medium">{choice.label}</span>
            {choice.detail && <span className="mt-0.5 text-xs text-ink-muted">{choice.detail}</span>}
          </label>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm text-bad-ink">
          {error}
        </p>
      )}
    </fieldset>
  );
}
