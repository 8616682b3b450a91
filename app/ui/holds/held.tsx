import { useFetcher } from "@remix-run/react";
import { Lock } from "lucide-react";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import type { HoldView } from "#app/domain/retention/schema.ts";
import { Badge } from "../primitives/badge.tsx";

export const holdsPath = "/dashboard/holds";

export const HoldBadge = () => (
  <Badge tone="info" icon={<Lock aria-hidden="true" />}>
    On hold
  </Badge>
);

const HeldContext = createContext<ReadonlySet<string>>(new Set());

/** Tells the messages in it which of them a hold of their own keeps. */
export function HeldMessages({ holds, children }: { holds: readonly HoldView[]; children: ReactNode }) {
  const held = new Set(holds.flatMap(({ messageId }) => messageId ?? []));
  return <HeldContext.Provider value={held}>{children}</HeldContext.Provider>;
}

export const useIsHeld = (messageId: string): boolean => useContext(HeldContext).has(messageId);

export interface MessageHolds {
  holds: HoldView[];
  mayHold: boolean;
}

/** What keeps a message, asked for when it is shown; undefined until that is known. */
export function useMessageHolds(messageId: string): MessageHolds | undefined {
  const { load, data } = useFetcher<MessageHolds>();
  useEffect(() => load(`${holdsPath}?message=${messageId}`), [load, messageId]);
  return data;
}
