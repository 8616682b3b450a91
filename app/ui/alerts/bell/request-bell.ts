import type { Bell } from "#app/domain/alerts/alert-schema.ts";

const bellPath = "/dashboard/bell";

// By plain requests and not by loaders: their failure is no page's failure, and no page loads again for them.

export async function requestUnread(): Promise<number> {
  const { unread }: { unread: number } = await ask(`${bellPath}/unread`);
  return unread;
}

export const requestBell = (): Promise<Bell> => ask(bellPath);

/** Marks one alert, or all, as read; gives how many are unread then. */
export async function requestMarkRead(alertId: string | undefined): Promise<number> {
  const body = new URLSearchParams(alertId === undefined ? {} : { alertId });
  // The page may be on its way to the alert.
  const { unread }: { unread: number } = await ask(bellPath, { method: "POST", body, keepalive: true });
  return unread;
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, { ...init, redirect: "error" });
  if (!response.ok) throw new Error(`The bell answered ${response.status}`);
  return response.json();
}
