import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

interface Clock {
  nowMs: number;
  /** The browser's own zone can be used only after hydration: the server does not know it. */
  inBrowser: boolean;
}

const ClockContext = createContext<Clock>({ nowMs: 0, inBrowser: false });

/**
 * One clock for every relative time on the page. It starts at the time the server rendered with, so
 * that the first render in the browser gives the same words, and then ticks.
 */
export function ClockProvider({ serverNow, children }: { serverNow: string; children: ReactNode }) {
  const [clock, setClock] = useState<Clock>({ nowMs: Date.parse(serverNow), inBrowser: false });
  useEffect(() => {
    const tick = () => setClock({ nowMs: Date.now(), inBrowser: true });
    tick();
    const timer = setInterval(tick, 10_000);
    return () => clearInterval(timer);
  }, []);
  return <ClockContext.Provider value={clock}>{children}</ClockContext.Provider>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** "just now", "4 min ago", "3 h ago", "2 d ago"; from a week on the date. */
export function formatRelative(atMs: number, nowMs: number, timeZone?: string): string {
  const ageMs = nowMs - atMs;
  if (Math.abs(ageMs) < 45_000) return "just now";
  if (ageMs < 0) return `in ${span(-ageMs)}`;
  if (ageMs < 7 * dayMs) return `${span(ageMs)} ago`;
  const sameYear = new Date(atMs).getUTCFullYear() === new Date(nowMs).getUTCFullYear();
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
    timeZone,
  }).format(atMs);
}

function span(ms: number): string {
  if (ms < hourMs) return `${Math.max(1, Math.floor(ms / minuteMs))} min`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h`;
  return `${Math.floor(ms / dayMs)} d`;
}

/** "12 Mar 2026, 14:03:27 CET". */
export function formatExact(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
    timeZone,
  }).format(atMs);
}

/** The zone that times are told in: UTC until the browser's own (undefined) is known. */
export const useTimeZone = (): string | undefined => (useContext(ClockContext).inBrowser ? undefined : "UTC");

interface TimeProps {
  at: string;
  className?: string;
}

/** How long ago, with the exact time on hover. */
export function RelativeTime({ at, className }: TimeProps) {
  const { nowMs } = useContext(ClockContext);
  const atMs = Date.parse(at);
  const zone = useTimeZone();
  return (
    <time dateTime={at} title={formatExact(atMs, zone)} className={className}>
      {formatRelative(atMs, nowMs, zone)}
    </time>
  );
}

/** The exact time in the reader's zone (UTC until the browser has taken over). */
export function ExactTime({ at, className }: TimeProps) {
  const zone = useTimeZone();
  return (
    <time dateTime={at} className={className}>
      {formatExact(Date.parse(at), zone)}
    </time>
  );
}
