import { Link } from "@remix-run/react";
import { ArrowRight } from "lucide-react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { TypeTile } from "../messages/message-badges.tsx";
import {
  deliveryStatuses,
  messageTypes,
  priorities,
  severities,
  summaryOf,
} from "../messages/message-words.ts";
import { moveRowFocus } from "../messages/move-row-focus.ts";
import { Badge } from "../primitives/badge.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";

interface MessageTableProps {
  messages: MessageView[];
  /** The message that is open beside the list. */
  openId: string | undefined;
  hrefOf: (messageId: string) => string;
}

/** Messages of all mailboxes, newest first. Up and down (or k and j) move between them. */
export function MessageTable({ messages, openId, hrefOf }: MessageTableProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the links inside
    <div onKeyDown={moveRowFocus}>
      <Table
        caption="Messages, newest first"
        head={
          <>
            <HeaderCell>Message</HeaderCell>
            <HeaderCell className="hidden md:table-cell md:min-w-64 lg:min-w-72">From and to</HeaderCell>
            <HeaderCell className="hidden sm:table-cell sm:min-w-32">Status</HeaderCell>
            <HeaderCell numeric className="min-w-24 sm:min-w-28">
              Sent
            </HeaderCell>
          </>
        }
      >
        {messages.map((message) => (
          <MessageRow
            key={message.id}
            message={message}
            isOpen={message.id === openId}
            href={hrefOf(message.id)}
          />
        ))}
      </Table>
    </div>
  );
}

function MessageRow({ message, isOpen, href }: { message: MessageView; isOpen: boolean; href: string }) {
  const { sender, recipient } = message;
  return (
    <Row>
      <Cell className="w-full max-w-0">
        <div className="flex items-center gap-3">
          <TypeTile message={message} />
          <div className="min-w-0 flex-1">
            <p className="truncate">
              <Link to={href} preventScrollReset aria-current={isOpen ? "true" : undefined} {...rowLink}>
                {summaryOf(message)}
              </Link>
            </p>
            <p className="flex items-center gap-1.5 truncate text-xs">
              <span className="truncate">
                <span className="max-md:hidden">{messageTypes[message.type].label}</span>
                <span className="md:hidden">
                  {sender.name} <span aria-hidden="true">→</span>
                  <span className="sr-only">to</span> {recipient.name}
                </span>
              </span>
              <Marks message={message} />
            </p>
          </div>
        </div>
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">
        <span className="flex items-center gap-1.5">
          <span className="max-w-24 truncate lg:max-w-28 text-ink">{sender.name}</span>
          <ArrowRight aria-label="to" className="size-3.5 shrink-0 text-ink-faint" />
          <span className="max-w-24 truncate lg:max-w-28 text-ink">{recipient.name}</span>
        </span>
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        <Status message={message} />
      </Cell>
      <Cell numeric className="whitespace-nowrap !pl-0 text-xs sm:!pl-4 sm:text-sm">
        <RelativeTime at={message.createdAt} />
        {message.status !== "delivered" && (
          <span className="mt-1 block sm:hidden">
            <Status message={message} />
          </span>
        )}
      </Cell>
    </Row>
  );
}

/** How urgent it is, where it is more than usual. */
function Marks({ message }: { message: MessageView }) {
  const priority = priorities[message.priority];
  const severity =
    message.type === "escalation" && message.erasedAt === null
      ? severities[message.payload.severity]
      : undefined;
  return (
    <>
      {severity && <Badge tone={severity.tone}>{severity.label}</Badge>}
      {priority.marked && (
        <Badge tone={priority.tone} icon={<priority.icon aria-hidden="true" />}>
          {priority.marked}
        </Badge>
      )}
    </>
  );
}

/** What became of it. What went well is said without colour, so that the rest stands out. */
function Status({ message }: { message: MessageView }) {
  const { label, tone, icon: Icon } = deliveryStatuses[message.status];
  return tone === "ok" ? (
    <span className="flex h-5 items-center gap-1.5 text-xs text-ink-muted">
      <Icon aria-hidden="true" className="size-3.5 text-ok" />
      {label}
    </span>
  ) : (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}
