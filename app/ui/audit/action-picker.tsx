import { Link } from "@remix-run/react";
import { ChevronDown, Search } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { cx } from "../primitives/cx.ts";
import { wordsOf } from "./audit-words.ts";

interface ActionPickerProps {
  actions: readonly string[];
  /** What is chosen: an action, or what several begin with. */
  value: string | undefined;
  hrefOf: (action: string | undefined) => string;
}

/** The first words of actions, each with its actions, as far as they answer what is typed. */
function groupsOf(actions: readonly string[], typed: string): Map<string, string[]> {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, string[]>();
  for (const action of actions) {
    if (!words.every((word) => action.includes(word))) continue;
    const group = action.slice(0, action.indexOf("."));
    groups.set(group, [...(groups.get(group) ?? []), action]);
  }
  return groups;
}

/** Actions as a tree that can be searched. Links in a disclosure, so that it needs no script. */
export function ActionPicker({ actions, value, hrefOf }: ActionPickerProps) {
  const [typed, setTyped] = useState("");
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute("open");
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>): void => {
    if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter in a field would send the form of the filters.
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
    if (event.key !== "Escape") return;
    close();
    menu.current?.querySelector("summary")?.focus();
  };
  const chosen = value?.replace(/\.$/, "");
  const groups = groupsOf(actions, typed);
  return (
    <details ref={menu} onBlur={onBlur} onKeyDown={onKeyDown} className="relative basis-full sm:basis-auto">
      {value !== undefined && <input type="hidden" name="action" value={value} />}
      <summary
        className={cx(
          "flex h-10 max-w-full cursor-pointer list-none items-center gap-1.5 rounded border px-2.5 text-lg transition-colors sm:h-8 sm:max-w-56 sm:text-sm [&::-webkit-details-marker]:hidden",
          chosen === undefined
            ? "border-line-strong bg-surface text-ink-muted hover:border-ink-faint"
            : "border-accent bg-accent-soft font-medium text-accent-ink",
        )}
      >
        <span className="min-w-0 flex-1 truncate">{chosen ?? "Any action"}</span>
        <ChevronDown aria-hidden="true" className="size-3.5 shrink-0" />
      </summary>
      <div className="absolute left-0 z-30 mt-1 w-full min-w-64 rounded-lg bg-surface p-1.5 shadow-overlay sm:w-80">
        <div className="needs-script relative mb-1.5">
          <Search
            aria-hidden="true"
            className="pointer-events-none absolute left-2.5 top-1/2 size-4 -translate-y-1/2 text-ink-faint"
          />
          <input
            type="text"
            aria-label="Search actions"
            placeholder="Search actions"
            value={typed}
            maxLength={100}
            autoComplete="off"
            // Typed here is no filter yet.
            onChange={(event) => {
              event.stopPropagation();
              setTyped(event.target.value);
            }}
            className="h-10 w-full rounded border border-line-strong bg-surface pl-8 pr-2 text-lg text-ink sm:h-8 sm:text-sm"
          />
        </div>
        <ul aria-label="Actions" className="scroll-quiet max-h-80 space-y-0.5 overflow-y-auto">
          {typed === "" && (
            <li>
              <Choice to={hrefOf(undefined)} isChosen={chosen === undefined} onChosen={close}>
                Any action
              </Choice>
            </li>
          )}
          {[...groups].map(([group, members]) => (
            <li key={group}>
              <Choice to={hrefOf(`${group}.`)} isChosen={chosen === group} onChosen={close}>
                <span className="font-medium text-ink">{wordsOf(group)}</span>
                <span className="text-xs text-ink-muted">all of {group}.</span>
              </Choice>
              <ul className="ml-3 border-l pl-1.5">
                {members.map((action) => (
                  <li key={action}>
                    <Choice to={hrefOf(action)} isChosen={chosen === action} onChosen={close}>
                      <span className="font-mono text-xs [overflow-wrap:anywhere]">{action}</span>
                    </Choice>
                  </li>
                ))}
              </ul>
            </li>
          ))}
          {groups.size === 0 && (
            <li className="px-2 py-3 text-sm text-ink-muted">No action is called that.</li>
          )}
        </ul>
      </div>
    </details>
  );
}

function Choice({
  to,
  isChosen,
  onChosen,
  children,
}: {
  to: string;
  isChosen: boolean;
  onChosen: () => void;
  children: ReactNode;
}) {
  return (
    <Link
      to={to}
      preventScrollReset
      aria-current={isChosen ? "true" : undefined}
      onClick={onChosen}
      className={cx(
        "flex min-h-10 items-center gap-2 rounded px-2 py-1.5 text-sm transition-colors sm:min-h-7 sm:py-1",
        isChosen ? "bg-accent-soft text-accent-ink" : "text-ink-muted hover:bg-hover hover:text-ink",
      )}
    >
      {children}
    </Link>
  );
}
