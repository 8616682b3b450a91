import { Form, Link, useLocation, useNavigation, useSubmit } from "@remix-run/react";
import { Search, X } from "lucide-react";
import {
  createContext,
  type FormEvent,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useRef,
} from "react";
import { cx } from "./cx.ts";

/** How long somebody may pause while typing before the list follows. */
const typingPauseMs = 250;

/** Whether something is typed that the URL does not have yet. */
const TypingContext = createContext<RefObject<boolean>>({ current: false });

interface FilterBarProps {
  /** What is filtered, for those who cannot see it: "Filter agents". */
  label: string;
  /** Parameters of the page that are no filters and stay. */
  keep?: Record<string, string>;
  /** Where nothing is filtered; undefined while nothing is. */
  clearHref: string | undefined;
  /** `FilterSearch` and `FilterSelect`, or any named control. */
  children: ReactNode;
  className?: string;
}

/**
 * Filters whose state is the URL, so that back, forward, reload and a shared link keep them. They
 * apply as they are changed; without JavaScript there is a button. What names a place in the list
 * (`page`, `cursor`) falls away with a change, since it is not in the form.
 */
export function FilterBar({ label, keep = {}, clearHref, children, className }: FilterBarProps) {
  const submit = useSubmit();
  const { pathname, search } = useLocation();
  const form = useRef<HTMLFormElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const isTyping = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  // Who goes elsewhere while a word still waits to be looked for is not called back.
  const goesTo = useNavigation().location?.pathname;
  useEffect(() => {
    if (goesTo !== undefined && goesTo !== pathname) clearTimeout(timer.current);
  }, [goesTo, pathname]);

  // What was chosen before this script was there, which nothing heard.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at once, when the page has come to life
  useEffect(() => {
    if (form.current !== null && [...form.current.elements].some(isChanged)) apply();
  }, []);

  const apply = (typedName?: string) => {
    clearTimeout(timer.current);
    isTyping.current = false;
    if (form.current === null) return;
    const data = new FormData(form.current);
    for (const [name, value] of [...data]) if (String(value).trim() === "") data.delete(name);
    // Going back leaves a search, not each of its letters.
    const replace = typedName !== undefined && new URLSearchParams(search).has(typedName);
    submit(data, { method: "get", action: pathname, replace, preventScrollReset: true });
  };

  const onChange = ({ target }: FormEvent<HTMLFormElement>) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "search") return apply();
    clearTimeout(timer.current);
    isTyping.current = true;
    timer.current = setTimeout(() => apply(target.name), typingPauseMs);
  };

  return (
    <Form
      ref={form}
      method="get"
      action={pathname}
      role="search"
      aria-label={label}
      onChange={onChange}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
      className={cx("flex min-w-0 max-w-full flex-wrap items-center gap-2", className)}
    >
      {Object.entries(keep).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <TypingContext.Provider value={isTyping}>{children}</TypingContext.Provider>
      {clearHref !== undefined && (
        <Link
          to={clearHref}
          preventScrollReset
          className="inline-flex h-10 items-center gap-1 rounded px-2 text-sm text-ink-muted transition-colors hover:bg-hover hover:text-ink sm:h-8"
        >
          <X aria-hidden="true" className="size-3.5" />
          Clear
        </Link>
      )}
      <noscript>
        <button type="submit" className="h-10 rounded border px-3 text-sm sm:h-8">
          Apply
        </button>
      </noscript>
    </Form>
  );
}

/** Whether a control says something else than the page gave it. */
function isChanged(control: Element): boolean {
  if (control instanceof HTMLSelectElement) {
    const given = [...control.options].find((option) => option.defaultSelected);
    return given !== undefined && !given.selected;
  }
  if (!(control instanceof HTMLInputElement) || control.type === "hidden") return false;
  return control.type === "checkbox"
    ? control.checked !== control.defaultChecked
    : control.value.trim() !== control.defaultValue.trim();
}

const control =
  "h-10 min-w-0 rounded border text-lg transition-colors focus:ring-2 focus:ring-accent/30 sm:h-8 sm:text-sm";
const unset = "border-line-strong bg-surface text-ink-muted hover:border-ink-faint";
const set = "border-accent bg-accent-soft font-medium text-accent-ink";

/** Takes over what the URL says, as after going back; the focus stays where it is. */
function useUrlValue<E extends HTMLInputElement | HTMLSelectElement>(value: string): RefObject<E> {
  const ref = useRef<E>(null);
  const isTyping = useContext(TypingContext);
  const taken = useRef(value);
  useEffect(() => {
    if (taken.current === value) return;
    taken.current = value;
    if (ref.current !== null && !isTyping.current && ref.current.value.trim() !== value)
      ref.current.value = value;
  }, [value, isTyping]);
  return ref;
}

/** Words to look for. `/` focuses it from anywhere on the page. */
export function FilterSearch({
  name = "q",
  label,
  value = "",
  className = "w-full sm:w-64",
}: {
  name?: string;
  /** Its name and placeholder: "Search agents". */
  label: string;
  value?: string | undefined;
  className?: string;
}) {
  const ref = useUrlValue<HTMLInputElement>(value);
  return (
    <div className={cx("relative", className)}>
      <Search
        aria-hidden="true"
        className="pointer-events-none absolute left-2.5 top-1/2 size-4 -translate-y-1/2 text-ink-faint"
      />
      <input
        ref={ref}
        type="search"
        name={name}
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        maxLength={200}
        autoComplete="off"
        data-filter-search=""
        className={cx(
          control,
          "w-full border-line-strong bg-surface pl-8 pr-2 text-ink hover:border-ink-faint",
        )}
      />
    </div>
  );
}

export interface FilterOption {
  value: string;
  label: string;
}

/** One of few, or any. */
export function FilterSelect({
  name,
  label,
  any,
  options,
  value = "",
  className,
}: {
  name: string;
  label: string;
  /** What no choice says: "Any status". */
  any: string;
  options: readonly FilterOption[];
  value?: string | undefined;
  className?: string;
}) {
  const ref = useUrlValue<HTMLSelectElement>(value);
  return (
    <select
      ref={ref}
      name={name}
      aria-label={label}
      defaultValue={value}
      className={cx(
        "form-select min-w-0 max-w-full cursor-pointer truncate bg-[length:1.25rem] bg-[position:right_0.25rem_center] py-0 pl-2.5 pr-7",
        control,
        value === "" ? unset : set,
        className,
      )}
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** On or off. */
export function FilterToggle({
  name,
  label,
  checked = false,
  className,
}: {
  name: string;
  label: string;
  checked?: boolean;
  className?: string;
}) {
  const ref = useRef<HTMLInputElement>(null);
  const taken = useRef(checked);
  useEffect(() => {
    if (taken.current === checked) return;
    taken.current = checked;
    if (ref.current !== null) ref.current.checked = checked;
  }, [checked]);
  return (
    <label
      className={cx(
        "inline-flex cursor-pointer select-none items-center gap-2 whitespace-nowrap px-2.5",
        control,
        checked ? set : unset,
        className,
      )}
    >
      <input
        ref={ref}
        type="checkbox"
        name={name}
        value="1"
        defaultChecked={checked}
        className="form-checkbox size-4 rounded-sm border-line-strong bg-surface text-accent sm:size-3.5"
      />
      {label}
    </label>
  );
}
