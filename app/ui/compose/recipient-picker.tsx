import { Check, ChevronsUpDown } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { RecipientChoice, Recipients } from "#app/domain/messaging/compose-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { SelectField, TextField } from "../primitives/field.tsx";
import { matchWords } from "../shell/match-words.ts";

const fieldName = "recipientId";
/** More matches than this are not drawn: a few more letters find the one. */
const shown = 60;

interface RecipientPickerProps {
  recipients: Recipients;
  initialId: string | null;
  error: string | undefined;
  autoFocus?: boolean;
}

/** The agent that a message is for: found by typing; without JavaScript a plain choice. */
export function RecipientPicker(props: RecipientPickerProps) {
  const [isReady, setIsReady] = useState(false);
  useEffect(() => setIsReady(true), []);
  return isReady ? <Combobox {...props} /> : <PlainChoice {...props} />;
}

function PlainChoice({ recipients, initialId, error }: RecipientPickerProps) {
  return (
    <SelectField label="To" name={fieldName} required defaultValue={initialId ?? ""} error={error}>
      <option value="" disabled>
        Choose an agent
      </option>
      {recipients.agents.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

/** The ARIA combobox pattern: the focus stays in the field, arrows move in the list. */
function Combobox({ recipients, initialId, error, autoFocus = false }: RecipientPickerProps) {
  const id = useId();
  const field = useRef<HTMLDivElement>(null);
  const initial = recipients.agents.find((agent) => agent.id === initialId);
  const [chosen, setChosen] = useState<{ id: string; name: string } | undefined>(initial);
  const [query, setQuery] = useState(initial?.name ?? "");
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(0);
  const matches = isOpen ? matching(recipients.agents, query === chosen?.name ? "" : query) : [];
  const optionId = (index: number) => `${id}-option-${index}`;

  const choose = (agent: { id: string; name: string } | undefined) => {
    setChosen(agent);
    if (agent !== undefined) setQuery(agent.name);
    setIsOpen(false);
  };
  const move = (to: number) => {
    setIsOpen(true);
    setActive(to);
    document.getElementById(optionId(to))?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = matches.length - 1;
    if (event.key === "ArrowDown") move(isOpen ? Math.min(active + 1, Math.max(last, 0)) : 0);
    else if (event.key === "ArrowUp") move(Math.max(active - 1, 0));
    else if (event.key === "Escape" && isOpen) setIsOpen(false);
    else if (event.key === "Enter" && isOpen && !event.ctrlKey && !event.metaKey)
      choose(matches[active] ?? chosen);
    else return;
    event.preventDefault();
    // Escape closes the list first, and what it stands in only then.
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the focus has left the field
    <div
      ref={field}
      className="relative"
      onBlur={({ relatedTarget }) => {
        if (field.current?.contains(relatedTarget)) return;
        setIsOpen(false);
        // What is left in the field is the one that is chosen, or an id that was pasted.
        if (chosen !== undefined && query !== chosen.name) setQuery(chosen.name);
      }}
    >
      <input type="hidden" name={fieldName} value={chosen?.id ?? query.trim()} />
      <TextField
        label="To"
        name=""
        required
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && matches.length > 0 ? optionId(active) : undefined}
        autoComplete="off"
        autoFocus={autoFocus}
        value={query}
        placeholder="Find an agent"
        error={error}
        hint={
          recipients.hasMore ? "There are more agents than are listed: paste the id of another." : undefined
        }
        onChange={({ target }) => {
          setQuery(target.value);
          setChosen(recipients.agents.find(({ name }) => name === target.value));
          setActive(0);
          setIsOpen(true);
        }}
        onFocus={({ target }) => target.select()}
        onClick={() => setIsOpen(true)}
        onKeyDown={onKeyDown}
      />
      <ChevronsUpDown
        aria-hidden="true"
        className="pointer-events-none absolute right-3 top-[2.4rem] size-4 text-ink-faint"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Agents"
        hidden={!isOpen}
        className="scroll-quiet absolute inset-x-0 top-[4.4rem] z-20 max-h-60 overflow-y-auto rounded border bg-surface p-1 shadow-overlay"
      >
        {matches.length === 0 && <p className="px-2 py-2 text-sm text-ink-muted">No agent is called that.</p>}
        {matches.map((agent, index) => (
          <Option
            key={agent.id}
            id={optionId(index)}
            agent={agent}
            isActive={index === active}
            isChosen={agent.id === chosen?.id}
            onChoose={() => choose(agent)}
          />
        ))}
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  agent: RecipientChoice;
  isActive: boolean;
  isChosen: boolean;
  onChoose: () => void;
}

function Option({ id, agent, isActive, isChosen, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: named by aria-activedescendant instead
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      // The press must not take the focus out of the field.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
      className={cx(
        "flex min-h-10 cursor-pointer items-center gap-2 rounded-sm px-2 text-sm hover:bg-hover sm:min-h-8",
        isActive && "bg-hover",
      )}
    >
      <span className="min-w-0 flex-1 truncate">{agent.name}</span>
      {agent.status === "paused" && <Badge tone="warn">Paused</Badge>}
      {isChosen && <Check aria-hidden="true" className="size-4 text-accent" />}
    </div>
  );
}

/** The best first; in order of name while nothing is typed. */
function matching(agents: readonly RecipientChoice[], query: string): RecipientChoice[] {
  if (query.trim() === "") return agents.slice(0, shown);
  return agents
    .map((agent) => ({
      agent,
      rank: matchWords(query, agent.name) ?? (agent.id === query.trim() ? 0 : undefined),
    }))
    .filter((one): one is { agent: RecipientChoice; rank: number } => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, shown)
    .map(({ agent }) => agent);
}
