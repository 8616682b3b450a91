import type { InputHTMLAttributes, ReactNode } from "react";

interface CheckBoxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type" | "className"> {
  name: string;
  label: ReactNode;
}

/** A box of a form with its words, 40 px high on a phone. */
export function CheckBox({ label, ...input }: CheckBoxProps) {
  return (
    <label className="-mx-1 flex min-h-10 cursor-pointer items-start gap-2.5 rounded px-1 py-2 text-sm hover:bg-hover sm:min-h-8 sm:py-1.5">
      <input
        type="checkbox"
        {...input}
        className="form-checkbox mt-0.5 size-4 rounded-sm border-line-strong bg-surface text-accent"
      />
      <span className="min-w-0">{label}</span>
    </label>
  );
}
