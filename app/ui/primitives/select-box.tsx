import { useEffect, useRef } from "react";
import type { Selection } from "../use-selection.ts";

/** 40 px to hit on a phone, where the box itself is smaller. */
const boxLabel = "relative z-10 -m-2 grid size-10 cursor-pointer place-items-center sm:size-8";
const box =
  "form-checkbox size-4 cursor-pointer rounded-sm border-line-strong bg-surface text-accent focus:ring-accent";

/** Selects what this page shows. It does nothing without JavaScript and comes with it. */
export function SelectAllBox({ selection }: { selection: Selection }) {
  const ref = useRef<HTMLInputElement>(null);
  const { selected, isAll, isReady } = selection;
  useEffect(() => {
    if (ref.current !== null) ref.current.indeterminate = selected > 0 && !isAll;
  }, [selected, isAll]);
  return (
    <label className={`${boxLabel} ${isReady ? "" : "invisible"}`}>
      <input
        ref={ref}
        type="checkbox"
        className={box}
        aria-label="Select all on this page"
        checked={isAll}
        onChange={selection.toggleAll}
      />
    </label>
  );
}

/** The box of one row, in a form that says what is done with those that are ticked. */
export function SelectBox({
  name,
  id,
  label,
  selection,
}: {
  name: string;
  id: string;
  label: string;
  selection: Selection;
}) {
  return (
    <label className={boxLabel}>
      <input
        type="checkbox"
        name={name}
        value={id}
        className={box}
        aria-label={label}
        checked={selection.has(id)}
        onChange={() => selection.toggle(id)}
      />
    </label>
  );
}
