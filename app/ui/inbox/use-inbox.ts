import { useRevalidator } from "@remix-run/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { formatCursor, inboxTopic } from "#app/domain/live/schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import type { MailboxId } from "#db/ids.ts";
import { type Live, useLive } from "../live/use-live.ts";
import { type InboxData, matchesFilters } from "./inbox-view.ts";

type Delivery = Pick<MessageView, "status" | "handling">;

/** Rows kept in the list while it is watched; older ones are a page away. */
const maxRows = 300;

export interface LiveInbox {
  /** Newest first. */
  messages: MessageView[];
  /** Those that arrived since the page was loaded, to be marked as new. */
  arrivedIds: ReadonlySet<string>;
  /** Arrived, and held back so that what is being read does not move. */
  heldCount: number;
  release: () => void;
  /** Messages that fit the filters. */
  total: number;
  /** Messages in the mailbox, whatever the filters. */
  mailboxTotal: number;
  live: Live;
  find: (messageId: string) => MessageView | undefined;
}

/**
 * A page of an inbox that follows what arrives. While `isReading` (the list is scrolled, or this is
 * not its first page) arrivals are held back until they are asked for.
 */
export function useInbox({ mailbox, page, filters }: InboxData, isReading: boolean): LiveInbox {
  const revalidator = useRevalidator();
  const [arrivals, setArrivals] = useState<MessageView[]>([]);
  const [releasedThrough, setReleasedThrough] = useState(page.cursor);
  const [deliveries, setDeliveries] = useState<ReadonlyMap<string, Delivery>>(new Map());
  const seen = useRef(new Map<string, MessageView>());
  const isFirstPage = page.pagination.page === 1;
  const holds = isReading || !isFirstPage;

  const topic = inboxTopic(mailbox.id as MailboxId);
  const live = useLive({
    topics: [topic],
    cursor: formatCursor([[topic, page.cursor]]),
    onMessage: (message) => setArrivals((before) => [message, ...before].slice(0, maxRows)),
    onDelivery: ({ messageId, status, handling }) =>
      setDeliveries((before) => new Map(before).set(messageId, { status, handling })),
    onReset: () => revalidator.revalidate(),
  });

  const release = useCallback(
    () => setReleasedThrough(arrivals[0]?.sequence ?? page.cursor),
    [arrivals, page.cursor],
  );

  // What was loaded again already holds these.
  useEffect(() => {
    setArrivals((before) => before.filter((message) => (message.sequence ?? 0) > page.cursor));
    setReleasedThrough((through) => Math.max(through, page.cursor));
  }, [page.cursor]);

  useEffect(() => {
    if (!holds) release();
  }, [holds, release]);

  const list = useMemo(() => {
    const arrived = arrivals.filter((message) => (message.sequence ?? 0) > page.cursor);
    const newer = arrived.filter((message) => matchesFilters(message, filters));
    const shown = isFirstPage ? newer.filter((message) => (message.sequence ?? 0) <= releasedThrough) : [];
    const messages = [...shown, ...page.messages].slice(0, maxRows).map((message) => {
      const delivery = deliveries.get(message.id);
      return delivery === undefined ? message : { ...message, ...delivery };
    });
    return {
      messages,
      arrivedIds: new Set(shown.map((message) => message.id)),
      heldCount: newer.length - shown.length,
      total: page.pagination.total + newer.length,
      mailboxTotal: mailbox.total + arrived.length,
    };
  }, [arrivals, deliveries, filters, isFirstPage, mailbox.total, page, releasedThrough]);

  for (const message of list.messages) seen.current.set(message.id, message);
  const find = useCallback((messageId: string) => seen.current.get(messageId), []);

  return { ...list, release, live, find };
}
