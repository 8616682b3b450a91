import { Bot, ConciergeBell, Gauge, Inbox, type LucideIcon, Mails, Settings, Waypoints } from "lucide-react";
import type { Unread } from "#app/domain/messaging/unread-schema.ts";

export interface Section {
  to: string;
  label: string;
  icon: LucideIcon;
  /** Pressed after `g` it leads here. */
  key: string;
  /** Pages of the section whose address does not begin with its own. */
  covers?: readonly string[];
  /** What of the viewer's is new in it. */
  counts?: keyof Unread;
}

/** The dashboard's sections, in the order of the sidebar. One appears here when its page exists. */
export const sections: readonly Section[] = [
  { to: "/dashboard", label: "Overview", icon: Gauge, key: "o" },
  {
    to: "/dashboard/inbox",
    label: "Inbox",
    icon: Inbox,
    key: "i",
    counts: "inbox",
    covers: ["/dashboard/compose"],
  },
  { to: "/dashboard/desk", label: "Desk", icon: ConciergeBell, key: "d", counts: "desk" },
  {
    to: "/dashboard/messages",
    label: "Messages",
    icon: Mails,
    key: "m",
    covers: ["/dashboard/conversations", "/dashboard/dead-letters", "/dashboard/statistics"],
  },
  { to: "/dashboard/agents", label: "Agents", icon: Bot, key: "a" },
  {
    to: "/dashboard/topology",
    label: "Topology",
    icon: Waypoints,
    key: "t",
    covers: ["/dashboard/allowlist"],
  },
  { to: "/dashboard/settings", label: "Settings", icon: Settings, key: "s" },
];

const isUnder = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);

/** The section that a page belongs to; the overview is a section of one page. */
export function sectionOf(pathname: string): Section | undefined {
  const path = pathname.replace(/\/+$/, "");
  return sections.find(({ to, covers = [] }) =>
    to === "/dashboard" ? path === to : [to, ...covers].some((base) => isUnder(path, base)),
  );
}
