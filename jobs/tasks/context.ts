import type { AlertMetrics } from "#app/domain/alerts/alert-metrics.ts";
import type { NoticeServices } from "#app/domain/alerts/channels/notice-services.server.ts";
import type { TrailServices } from "#app/domain/integrity/trail-services.ts";
import type { MailServices } from "#app/domain/mail/mail-services.server.ts";
import type { PushServices } from "#app/domain/messaging/push/push-services.server.ts";
import type { Database } from "#db/database.ts";
import type { Log } from "#db/log.ts";

/** What every task is given. */
export interface TaskContext {
  db: Database;
  log: Log;
  /** The way out, and the secrets that sign what goes there. */
  push: PushServices;
  /** The way out for mails, and what their links are made of. */
  mail: MailServices;
  /** The ways to where alerts are told. */
  notices: NoticeServices;
  /** What keeps the audit trail. */
  trail: TrailServices;
  /** Counts the alerts that a task opens. */
  alertMetrics?: AlertMetrics | undefined;
  /** Aborts when the worker is stopping and the task should end soon. */
  signal: AbortSignal;
}
