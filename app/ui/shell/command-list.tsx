import { ArrowLeft, CloudOff, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Avatar } from "../primitives/avatar.tsx";
import { Button } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { Kbd } from "../primitives/kbd.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Spinner } from "../primitives/spinner.tsx";
import type { Command, CommandGroup } from "./commands.ts";
import type { Search as SearchState } from "./use-search.ts";

interface CommandListProps {
  query: string;
  onQuery: (query: string) => void;
  placeholder: string;
  emptyText: string;
  state: SearchState["state"];
  groups: CommandGroup[];
  onRun: (command: Command) => void;
  /** Where this list is a second step: Escape, or Backspace in the empty field, goes back. */
  onBack: (() => void) | undefined;
}

/** A field with the commands that answer it: the ARIA combobox pattern, the focus stays in the field. */
export function CommandList({
  query,
  onQuery,
  placeholder,
  emptyText,
  state,
  groups,
  onRun,
  onBack,
}: CommandListProps) {
  const id = useId();
  const listRef = useRef<HTMLDivElement>(null);
  const commands = groups.flatMap((group) => group.commands);
  const [activeId, setActiveId] = useState<string>();
  // What was active may have gone with the last letter: then the first is.
  const active = commands.find((command) => command.id === activeId) ?? commands[0];
  const activeIndex = active === undefined ? -1 : commands.indexOf(active);
  const isEmpty = commands.length === 0 && state !== "loading";

  const idOf = (command: Command) => `${id}-${command.id}`;

  const move = (step: number) => {
    const next = commands[(activeIndex + step + commands.length) % commands.length];
    setActiveId(next?.id);
  };

  // Only the keyboard scrolls the list; under the pointer it must not move.
  const isByKey = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the active one's change is what scrolls
  useEffect(() => {
    if (!isByKey.current) return;
    listRef.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active?.id]);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    isByKey.current = true;
    const isControl = event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "ArrowDown" || (isControl && event.key === "n")) move(1);
    else if (event.key === "ArrowUp" || (isControl && event.key === "p")) move(-1);
    else if (event.key === "Enter" && active !== undefined) onRun(active);
    else if (event.key === "Enter") return event.preventDefault();
    else if (onBack && (event.key === "Escape" || (event.key === "Backspace" && query === ""))) onBack();
    else return;
    event.preventDefault();
  };

  return (
    <div className="flex max-h-[inherit] flex-col sm:max-h-[min(27rem,70dvh)]">
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-b px-3.5">
        {onBack ? (
          <Button
            variant="ghost"
            size="icon-sm"
            className="-ml-1.5"
            aria-label="Back"
            onClick={onBack}
            icon={<ArrowLeft className="size-4" />}
          />
        ) : (
          <Search aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
        )}
        <input
          role="combobox"
          aria-expanded={commands.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={active && idOf(active)}
          aria-autocomplete="list"
          aria-label={placeholder}
          placeholder={placeholder}
          // The dialog's own field: what one opens it for.
          // biome-ignore lint/a11y/noAutofocus: a dialog has to put the focus somewhere inside
          autoFocus
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="go"
          maxLength={200}
          value={query}
          onChange={(event) => {
            onQuery(event.target.value);
            setActiveId(undefined);
            listRef.current?.scrollTo({ top: 0 });
          }}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 bg-transparent text-lg outline-none focus-visible:outline-none sm:text-base"
        />
        {state === "loading" && query !== "" && <Spinner className="text-ink-faint" />}
        <Kbd className="max-sm:hidden">Esc</Kbd>
      </div>
      <div
        ref={listRef}
        id={`${id}-list`}
        role="listbox"
        aria-label="Results"
        aria-busy={state === "loading"}
        className="scroll-quiet min-h-0 flex-1 overflow-y-auto overscroll-contain px-1.5 py-1.5 empty:hidden"
      >
        {groups.map(({ title, commands: own }) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
          <div key={title} role="group" aria-label={title} className="pb-1.5 last:pb-0">
            <div aria-hidden="true" className="px-2 pb-1 pt-2 text-xs font-medium text-ink-muted">
              {title}
            </div>
            {own.map((command) => (
              <Option
                key={command.id}
                id={idOf(command)}
                command={command}
                isActive={command === active}
                onPoint={() => {
                  isByKey.current = false;
                  setActiveId(command.id);
                }}
                onRun={() => onRun(command)}
              />
            ))}
          </div>
        ))}
      </div>
      {isEmpty && state !== "failed" && (
        <p className="px-4 py-10 text-center text-sm text-ink-muted">{emptyText}</p>
      )}
      {state === "failed" && (
        <p className="flex shrink-0 items-center gap-2 border-t px-4 py-2.5 text-sm text-ink-muted">
          <CloudOff aria-hidden="true" className="size-4 shrink-0" />
          Agents and conversations could not be searched just now.
        </p>
      )}
      <p role="status" className="sr-only">
        {state === "loading" ? "" : commands.length === 1 ? "1 result" : `${commands.length} results`}
      </p>
    </div>
  );
}

interface OptionProps {
  id: string;
  command: Command;
  isActive: boolean;
  onPoint: () => void;
  onRun: () => void;
}

function Option({ id, command, isActive, onPoint, onRun }: OptionProps) {
  const { label, icon: Icon, agentName, detail, at, keys } = command;
  return (
    // The field has the focus and the keys; this is what the pointer presses.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant points at it instead
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onPointerMove={isActive ? undefined : onPoint}
      onClick={onRun}
      className={cx(
        "flex min-h-11 cursor-pointer select-none items-center gap-2.5 rounded px-2 text-sm sm:min-h-9",
        isActive && "bg-hover",
      )}
    >
      {agentName !== undefined ? (
        <Avatar name={agentName} className="!size-5 !text-[0.5rem]" />
      ) : (
        Icon && (
          <span className="grid size-5 shrink-0 place-items-center">
            <Icon
              aria-hidden="true"
              className={cx("size-4", isActive ? "text-ink" : "text-ink-muted")}
              strokeWidth={1.85}
            />
          </span>
        )
      )}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {detail && (
        <span className="max-w-[38%] shrink-0 sm:max-w-[45%] truncate text-xs text-ink-muted">{detail}</span>
      )}
      {at && <RelativeTime at={at} className="tabular shrink-0 text-xs text-ink-muted max-sm:hidden" />}
      {keys && (
        <span aria-hidden="true" className="flex shrink-0 gap-1 max-sm:hidden">
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      )}
    </div>
  );
}
