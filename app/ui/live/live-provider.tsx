import { createContext, type ReactNode, useEffect, useMemo } from "react";
import { connectDirectly } from "./direct-transport.ts";
import { createSharedTransport } from "./shared-transport.ts";
import type { LiveTransport } from "./transport.ts";

/** How pages are brought what happens. */
export const LiveContext = createContext<LiveTransport>(connectDirectly);

interface LiveProviderProps {
  /** Whose tabs share a connection: the membership's id. */
  viewerId: string;
  children: ReactNode;
}

/** Lets the pages in it share one connection with those of the person's other tabs. */
export function LiveProvider({ viewerId, children }: LiveProviderProps) {
  const shared = useMemo(() => createSharedTransport({ name: viewerId }), [viewerId]);
  useEffect(() => () => shared.close(), [shared]);
  return <LiveContext.Provider value={shared.connect}>{children}</LiveContext.Provider>;
}
