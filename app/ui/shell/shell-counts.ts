import type { Unread } from "#app/domain/messaging/unread-schema.ts";

/** What the sidebar says waits for the viewer. */
export interface ShellCounts extends Unread {
  /** Alerts that are open; of those who administer the service, on its own pages, everybody's. */
  alerts: number;
  /** Critical ones that are not resolved. */
  criticalAlerts: number;
}

export const noCounts: ShellCounts = { inbox: 0, desk: 0, alerts: 0, criticalAlerts: 0 };
