import { Bot, Inbox, type LucideIcon } from "lucide-react";

export interface Section {
  to: string;
  label: string;
  icon: LucideIcon;
}

/** The dashboard's sections, in the order of the sidebar. One appears here when its page exists. */
export const sections: readonly Section[] = [
  { to: "/dashboard/inbox", label: "Inbox", icon: Inbox },
  { to: "/dashboard/agents", label: "Agents", icon: Bot },
];
