import { useNavigate, useNavigation } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { MessageList } from "#app/domain/messaging/message-list-schema.ts";
import { type MessageFilters, messagesHref } from "./messages-href.ts";

/** So often it goes on by itself; then somebody has to want it. */
const maxRounds = 25;

/**
 * A request looks through so many messages and no more. Where it found none of those asked for, the
 * next one is made at once, so that a rare word need not be clicked for. True while it goes on.
 */
export function useSearchOn(list: MessageList, filters: MessageFilters): boolean {
  const navigate = useNavigate();
  const isIdle = useNavigation().state === "idle";
  const rounds = useRef({ of: "", count: 0 });
  const asked = messagesHref(filters);
  if (rounds.current.of !== asked) rounds.current = { of: asked, count: 0 };
  const { searchedTo, older, messages } = list;
  const next =
    messages.length === 0 && searchedTo !== null && older !== null && rounds.current.count < maxRounds
      ? messagesHref({ ...filters, before: older })
      : undefined;
  useEffect(() => {
    if (next === undefined || !isIdle) return;
    rounds.current.count += 1;
    navigate(next, { replace: true, preventScrollReset: true });
  }, [next, isIdle, navigate]);
  return next !== undefined || (!isIdle && messages.length === 0);
}
