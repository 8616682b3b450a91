import {
  Bot,
  Building2,
  ChartLine,
  ConciergeBell,
  Gauge,
  Inbox,
  type LucideIcon,
  Mails,
  ReceiptText,
  ScrollText,
  Server,
  Settings,
  Siren,
  Waypoints,
} from "lucide-react";
import type { Scope } from "#app/domain/auth/scopes.ts";
import type { ShellCounts } from "./shell-counts.ts";

export interface Section {
  to: string;
  label: string;
  icon: LucideIcon;
  /** Pressed after `g` it leads here. */
  key: string;
  /** Pages of the section whose address does not begin with its own. */
  covers?: readonly string[];
  /** What of the viewer's is new in it. */
  counts?: keyof ShellCounts;
  /** The right that it takes to see any of it. */
  scope?: Scope;
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
    to: "/dashboard/alerts",
    label: "Alerts",
    icon: Siren,
    key: "l",
    counts: "alerts",
    scope: "alerts:read",
  },
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
  { to: "/dashboard/usage", label: "Usage", icon: ChartLine, key: "e", scope: "billing:read" },
  { to: "/dashboard/audit", label: "Audit", icon: ScrollText, key: "u", scope: "activity:read" },
  { to: "/dashboard/billing", label: "Billing", icon: ReceiptText, key: "b", scope: "billing:read" },
  { to: "/dashboard/settings", label: "Settings", icon: Settings, key: "s" },
];

/** The sections of the service's administration, for platform admins. */
export const platformSections: readonly Section[] = [
  { to: "/admin/tenants", label: "Tenants", icon: Building2, key: "t" },
  { to: "/admin/alerts", label: "Alerts", icon: Siren, key: "l", counts: "alerts" },
  { to: "/admin/usage", label: "Usage", icon: ChartLine, key: "e" },
  { to: "/admin/audit", label: "Audit", icon: ScrollText, key: "u" },
  { to: "/admin/system", label: "System", icon: Server, key: "s" },
];

const isUnder = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);

export const mayAdminister = (scopes: readonly Scope[]): boolean => scopes.includes("tenants:admin");

/** Whether a page is one of the service's administration, and the viewer is at home there. */
export const isOnPlatform = (pathname: string, scopes: readonly Scope[]): boolean =>
  isUnder(pathname, "/admin") && mayAdminister(scopes);

/** The dashboard's sections that a viewer with these rights has. */
export const sectionsFor = (scopes: readonly Scope[]): readonly Section[] =>
  sections.filter(({ scope }) => scope === undefined || scopes.includes(scope));

/** The sections beside a page. */
export const sectionsBeside = (pathname: string, scopes: readonly Scope[]): readonly Section[] =>
  isOnPlatform(pathname, scopes) ? platformSections : sectionsFor(scopes);

/** The section that a page belongs to; the overview is a section of one page. */
export function sectionOf(pathname: string): Section | undefined {
  const path = pathname.replace(/\/+$/, "");
  return [...sections, ...platformSections].find(({ to, covers = [] }) =>
    to === "/dashboard" ? path === to : [to, ...covers].some((base) => isUnder(path, base)),
  );
}
