import type { ListedStatus, MessageWindow } from "#app/domain/messaging/message-list-schema.ts";
import type { MessageType } from "#app/domain/messaging/schema.ts";
import type { StatisticsWindow } from "#app/domain/messaging/statistics/schema.ts";
import type { MailboxId } from "#db/ids.ts";
import { messagesHref } from "../message-log/messages-href.ts";

interface WindowWords {
  label: string;
  /** "24 hours" */
  span: string;
  /** What a point of the series is. */
  by: string;
  /** Whether the series is of several days. */
  isOfDays: boolean;
  /** The same time in the list of messages; none where it cannot be narrowed to so much. */
  listed: MessageWindow | undefined;
}

/** The windows of time as people read them. */
export const windowWords: Record<StatisticsWindow, WindowWords> = {
  "24h": { label: "24 h", span: "24 hours", by: "hour", isOfDays: false, listed: "24h" },
  "7d": { label: "7 d", span: "7 days", by: "hour", isOfDays: true, listed: "7d" },
  "30d": { label: "30 d", span: "30 days", by: "day (UTC)", isOfDays: true, listed: "30d" },
  "90d": { label: "90 d", span: "90 days", by: "day (UTC)", isOfDays: true, listed: undefined },
};

export const defaultWindow: StatisticsWindow = "24h";

export const statisticsPath = "/dashboard/statistics";

interface ListFilters {
  status?: ListedStatus;
  type?: MessageType;
  from?: MailboxId;
  to?: MailboxId;
}

/** The list of messages behind a figure. */
export const listHref = (window: StatisticsWindow, filters: ListFilters = {}): string =>
  messagesHref({ ...filters, window: windowWords[window].listed });
