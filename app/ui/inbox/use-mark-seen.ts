import { useEffect, useRef, useState } from "react";
import { useRecount } from "../shell/unread.tsx";
import type { InboxData } from "./inbox-view.ts";
import type { MessageWindow } from "./message-window.ts";

/** What has been on the screen for so long counts as seen. */
const dwellMs = 1_200;
/** While messages keep arriving, the server hears of it this often. */
const tellEveryMs = 5_000;

/**
 * Tells the server how far this person has seen the mailbox: up to the newest message that its list
 * shows, once the list is on the screen. Returns whether there is nothing newer that was not seen.
 */
export function useMarkSeen(inbox: InboxData, window: MessageWindow, isOpen: boolean): boolean {
  const { mailbox, filters, startsBefore, seenThrough } = inbox;
  const isEverything = window.isWhole && startsBefore === null;
  const [told, setTold] = useState(seenThrough);
  const toldAtMs = useRef(0);
  const isVisible = useIsVisible();
  const recount = useRecount();
  const through = window.shownThrough;

  useEffect(() => {
    if (!isEverything || !isOpen || !isVisible || through <= told) return;
    const waitMs = Math.max(dwellMs, toldAtMs.current + tellEveryMs - performance.now());
    const timer = setTimeout(() => {
      toldAtMs.current = performance.now();
      setTold(through);
      // Not worth a word when it fails: the next one says the same and more.
      void tell(mailbox.id, through).then(recount, () => undefined);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [isEverything, isOpen, isVisible, through, told, mailbox.id, recount]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: filters make another list, which has a component of its own
  useEffect(() => setTold((before) => Math.max(before, seenThrough)), [seenThrough, filters]);
  return told >= window.lastSequence || (isEverything && isOpen);
}

async function tell(mailboxId: string, through: number): Promise<void> {
  await fetch("/dashboard/inbox/seen", {
    method: "POST",
    body: new URLSearchParams({ mailboxId, through: String(through) }),
    credentials: "same-origin",
    keepalive: true,
  });
}

function useIsVisible(): boolean {
  const [isVisible, setIsVisible] = useState(false);
  useEffect(() => {
    const read = (): void => setIsVisible(document.visibilityState === "visible");
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, []);
  return isVisible;
}
