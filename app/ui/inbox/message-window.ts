import type { InboxPage, MessageView } from "#app/domain/messaging/schema.ts";
import { hasFilters, type InboxFilters, matchesFilters } from "./inbox-view.ts";

/** Messages asked for at a time. The whole mailbox is asked for in blocks of this many sequences. */
export const pageSize = 50;

/** A list longer than this goes on behind a link: browsers draw no element of more than about 16 M pixels. */
export const maxRows = 180_000;

/** A span of a list, both ends included. */
export interface Rows {
  first: number;
  last: number;
}

/** Messages of a whole mailbox that are kept; those far from what is looked at are fetched again. */
const maxKept = 2_000;

/**
 * What a list of messages knows of its mailbox. Row 0 is the newest one shown.
 *
 * A whole mailbox has no gaps, so a row's sequence follows from its place: the list has its full
 * height from the beginning and can be entered anywhere. What filters let through is known only as
 * far as it has been read.
 */
export interface MessageWindow {
  filters: InboxFilters;
  isWhole: boolean;
  messages: ReadonlyMap<number, MessageView>;
  /** With filters: the sequences that they let through, newest first, those held back included. */
  matches: readonly number[];
  /** With filters: nothing precedes the last of `matches`. */
  isComplete: boolean;
  /** Newer ones than this are held back, or not of this list. */
  shownThrough: number;
  /** The mailbox's newest. */
  lastSequence: number;
  /** Up to here retention has taken them. */
  purgedThrough: number;
  /** What is above this has arrived since the page was opened. */
  openedThrough: number;
}

/** Rows of the list, both ends included. */
export interface Rows {
  first: number;
  last: number;
}

const sequenceOf = (message: MessageView): number => message.sequence ?? 0;

/**
 * The window that a page of the server begins. `startsBefore` is the sequence that the list was
 * asked to start before; without it the list starts at the newest and follows what arrives.
 */
export function openWindow(
  { messages, pagination, cursor }: InboxPage,
  filters: InboxFilters,
  startsBefore: number | null,
  mailboxTotal: number,
): MessageWindow {
  const isWhole = !hasFilters(filters);
  return {
    filters,
    isWhole,
    messages: new Map(messages.map((message) => [sequenceOf(message), message])),
    matches: isWhole ? [] : messages.map(sequenceOf),
    isComplete: messages.length < pagination.limit,
    shownThrough: startsBefore === null ? cursor : Math.min(cursor, startsBefore - 1),
    lastSequence: cursor,
    purgedThrough: isWhole ? cursor - pagination.total : Math.max(0, cursor - mailboxTotal),
    openedThrough: cursor,
  };
}

/** How many of `matches` are held back. */
function heldMatches({ matches, shownThrough }: MessageWindow): number {
  const first = matches.findIndex((sequence) => sequence <= shownThrough);
  return first === -1 ? matches.length : first;
}

/** Rows of the list, as far as they are known. */
export const rowCount = (window: MessageWindow): number =>
  window.isWhole
    ? Math.min(maxRows, window.shownThrough - window.purgedThrough)
    : window.matches.length - heldMatches(window);

/** The sequence in a row. */
export function sequenceAt(window: MessageWindow, row: number): number | undefined {
  if (row < 0 || row >= rowCount(window)) return undefined;
  return window.isWhole ? window.shownThrough - row : window.matches[heldMatches(window) + row];
}

/** The row of a sequence; -1 when the list does not show it. */
export function rowOf(window: MessageWindow, sequence: number): number {
  if (sequence > window.shownThrough) return -1;
  if (window.isWhole) {
    const row = window.shownThrough - sequence;
    return row < rowCount(window) ? row : -1;
  }
  const index = window.matches.indexOf(sequence);
  return index === -1 ? -1 : index - heldMatches(window);
}

/** Arrived and not shown. */
export const heldCount = (window: MessageWindow): number =>
  window.isWhole ? window.lastSequence - window.shownThrough : heldMatches(window);

/** Takes in what arrived; `holds` keeps it out of the list until `release`. */
export function withArrivals(
  window: MessageWindow,
  arrivals: readonly MessageView[],
  holds: boolean,
): MessageWindow {
  const fresh = arrivals.filter((message) => sequenceOf(message) > window.lastSequence);
  const newest = fresh.at(-1);
  if (newest === undefined) return window;
  const wanted = fresh.filter((message) => matchesFilters(message, window.filters));
  const messages = new Map(window.messages);
  for (const message of wanted) messages.set(sequenceOf(message), message);
  const taken: MessageWindow = {
    ...window,
    messages,
    matches: window.isWhole ? [] : [...wanted.map(sequenceOf).reverse(), ...window.matches],
    lastSequence: sequenceOf(newest),
  };
  return holds ? taken : release(taken);
}

/** Shows what was held back. */
export const release = (window: MessageWindow): MessageWindow =>
  window.shownThrough === window.lastSequence ? window : { ...window, shownThrough: window.lastSequence };

/**
 * The window once the server's page was loaded again: what is known stays, and so do the rows that
 * are read while `holds`.
 */
export function withReload(window: MessageWindow, opened: MessageWindow, holds: boolean): MessageWindow {
  const known = new Set(window.matches);
  const isContinuous = window.isWhole || opened.matches.some((sequence) => known.has(sequence));
  if (!isContinuous) return { ...opened, openedThrough: window.openedThrough };
  const matches = [...new Set([...window.matches, ...opened.matches])].sort((a, b) => b - a);
  const merged: MessageWindow = {
    ...opened,
    messages: new Map([...window.messages, ...opened.messages]),
    matches,
    isComplete: window.isComplete,
    lastSequence: Math.max(window.lastSequence, opened.lastSequence),
    shownThrough: window.shownThrough,
    openedThrough: window.openedThrough,
  };
  return holds ? merged : release(merged);
}

/** With filters: where the page after the last one begins. */
const nextBefore = (window: MessageWindow): number => window.matches.at(-1) ?? window.shownThrough + 1;

/** Takes in a page of older messages, the answer to `before`. */
export function withPage(window: MessageWindow, before: number, page: InboxPage): MessageWindow {
  const messages = new Map(window.messages);
  for (const message of page.messages) messages.set(sequenceOf(message), message);
  if (!window.isWhole) {
    if (before !== nextBefore(window)) return window;
    const matches = [...window.matches, ...page.messages.map(sequenceOf)];
    return { ...window, messages, matches, isComplete: page.messages.length < page.pagination.limit };
  }
  const purgedThrough = Math.max(window.purgedThrough, page.cursor - page.pagination.total);
  return { ...window, messages, purgedThrough: Math.min(purgedThrough, window.shownThrough) };
}

/** Notes what became of a message. */
export function withDelivery(
  window: MessageWindow,
  change: Pick<MessageView, "status" | "handling"> & { sequence: number | null },
): MessageWindow {
  const { sequence, status, handling } = change;
  const message = sequence === null ? undefined : window.messages.get(sequence);
  if (sequence === null || message === undefined) return window;
  return { ...window, messages: new Map(window.messages).set(sequence, { ...message, status, handling }) };
}

/** What has to be asked for to fill these rows: each the `before` of a page of `pageSize`. */
export function missingPages(window: MessageWindow, firstRow: number, lastRow: number): number[] {
  const count = rowCount(window);
  if (!window.isWhole) {
    if (window.isComplete || lastRow < count - 1) return [];
    return [nextBefore(window)];
  }
  const pages = new Set<number>();
  for (let row = Math.max(0, firstRow); row <= Math.min(lastRow, count - 1); row += 1) {
    const sequence = window.shownThrough - row;
    // Blocks have fixed places, so that what was asked for stays right while the list moves.
    if (!window.messages.has(sequence)) pages.add(Math.ceil(sequence / pageSize) * pageSize + 1);
  }
  return [...pages];
}

/** Lets go of messages far from these rows, once there are many: the page is open all day. */
export function prune(window: MessageWindow, firstRow: number, lastRow: number): MessageWindow {
  if (window.messages.size <= maxKept) return window;
  const reach = maxKept / 4;
  const newest = sequenceAt(window, Math.max(0, firstRow - reach)) ?? window.lastSequence;
  const oldest = sequenceAt(window, lastRow + reach) ?? 0;
  // The matches that filters let through are kept in one piece, from the newest on.
  const isKept = (sequence: number): boolean =>
    sequence >= oldest &&
    (!window.isWhole || sequence <= newest || sequence > window.lastSequence - pageSize);
  const messages = new Map([...window.messages].filter(([sequence]) => isKept(sequence)));
  if (window.isWhole || messages.size === window.messages.size) return { ...window, messages };
  return { ...window, messages, matches: window.matches.filter(isKept), isComplete: false };
}
