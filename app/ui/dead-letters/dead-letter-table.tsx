import { Link } from "@remix-run/react";
import { ArrowRight } from "lucide-react";
import type { DeadLetter } from "#app/domain/messaging/dead-letter-schema.ts";
import { TypeTile } from "../messages/message-badges.tsx";
import { messageTypes, summaryOf } from "../messages/message-words.ts";
import { moveRowFocus } from "../messages/move-row-focus.ts";
import { Badge } from "../primitives/badge.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { SelectAllBox, SelectBox } from "../primitives/select-box.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import type { Selection } from "../use-selection.ts";
import { deathCauses, reasonOf, triesOf } from "./dead-letter-words.ts";

interface DeadLetterTableProps {
  deadLetters: DeadLetter[];
  /** The message that is open beside the list. */
  openId: string | undefined;
  hrefOf: (messageId: string) => string;
  /** Undefined for those who may not replay: then there is nothing to select for. */
  selection: Selection | undefined;
}

/** Dead letters with a box each to select them by. */
export function DeadLetterTable({ deadLetters, openId, hrefOf, selection }: DeadLetterTableProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the links inside
    <div onKeyDown={moveRowFocus}>
      <Table
        caption="Dead letters, newest first"
        head={
          <>
            {selection && (
              <HeaderCell className="w-px !pr-0">
                <SelectAllBox selection={selection} />
              </HeaderCell>
            )}
            <HeaderCell>Message</HeaderCell>
            <HeaderCell className="hidden md:table-cell md:min-w-56">From and to</HeaderCell>
            <HeaderCell className="hidden lg:table-cell lg:min-w-64">Why</HeaderCell>
            <HeaderCell className="hidden sm:table-cell sm:min-w-28">Tried</HeaderCell>
            <HeaderCell numeric className="min-w-24">
              Died
            </HeaderCell>
          </>
        }
      >
        {deadLetters.map((letter) => (
          <DeadLetterRow
            key={letter.message.id}
            letter={letter}
            isOpen={letter.message.id === openId}
            href={hrefOf(letter.message.id)}
            selection={selection}
          />
        ))}
      </Table>
    </div>
  );
}

interface DeadLetterRowProps {
  letter: DeadLetter;
  isOpen: boolean;
  href: string;
  selection: Selection | undefined;
}

function DeadLetterRow({ letter, isOpen, href, selection }: DeadLetterRowProps) {
  const { message, cause, diedAt } = letter;
  const { sender, recipient } = message;
  const summary = summaryOf(message);
  return (
    <Row>
      {selection && (
        <Cell className="w-px !pr-0">
          <SelectBox name="messageIds" id={message.id} label={`Select “${summary}”`} selection={selection} />
        </Cell>
      )}
      <Cell className="w-full max-w-0">
        <div className="flex items-center gap-3">
          <TypeTile message={message} className="max-sm:hidden" />
          <div className="min-w-0 flex-1">
            <p className="truncate">
              <Link to={href} preventScrollReset aria-current={isOpen ? "true" : undefined} {...rowLink}>
                {summary}
              </Link>
            </p>
            <p className="truncate text-xs">
              <span className="max-md:hidden">{messageTypes[message.type].label}</span>
              <span className="md:hidden">
                {sender.name} <span aria-hidden="true">→</span>
                <span className="sr-only">to</span> {recipient.name}
              </span>
            </p>
            <p className="mt-0.5 truncate text-xs lg:hidden">
              {deathCauses[cause].label}
              <span className="sm:hidden"> · {triesOf(letter)}</span>
            </p>
          </div>
        </div>
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">
        <span className="flex items-center gap-1.5">
          <span className="max-w-24 truncate text-ink">{sender.name}</span>
          <ArrowRight aria-label="to" className="size-3.5 shrink-0 text-ink-faint" />
          <span className="max-w-24 truncate text-ink">{recipient.name}</span>
        </span>
      </Cell>
      <Cell className="hidden lg:table-cell">
        <Badge tone="bad">{deathCauses[cause].label}</Badge>
        <span className="mt-1 line-clamp-2 text-xs">{reasonOf(letter)}</span>
      </Cell>
      <Cell className="tabular hidden whitespace-nowrap sm:table-cell">{triesOf(letter)}</Cell>
      <Cell numeric className="whitespace-nowrap !pl-0 text-xs sm:!pl-4 sm:text-sm">
        <RelativeTime at={diedAt ?? message.createdAt} />
      </Cell>
    </Row>
  );
}
