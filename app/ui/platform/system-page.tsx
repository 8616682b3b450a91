import type { FailedJobList, SystemView } from "#app/domain/platform/schema.ts";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { DatabasePanel } from "./database-panel.tsx";
import { FailedJobsPanel } from "./failed-jobs-panel.tsx";
import { InstancesPanel } from "./instances-panel.tsx";
import { QueuesPanel } from "./queues-panel.tsx";
import { useFreshSystem } from "./use-fresh-system.ts";
import { WorkersPanel } from "./workers-panel.tsx";

interface SystemPageProps {
  system: SystemView;
  /** The process that made this page. */
  ownId: string;
  failedJobs: FailedJobList;
  task: string | undefined;
  cursor: string | undefined;
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** How the service as a whole is doing. */
export function SystemPage({ system, ownId, failedJobs, task, cursor, answer }: SystemPageProps) {
  useFreshSystem();
  const { instances, workers, queues, database } = system;
  return (
    <div className="mx-auto max-w-6xl space-y-6 px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader title="System" description="Processes, queues and the database, as of a moment ago." />
      <OutcomeNotice answer={answer} />
      <InstancesPanel instances={instances} ownId={ownId} />
      <QueuesPanel queues={queues} />
      <FailedJobsPanel
        list={failedJobs}
        task={task}
        cursor={cursor}
        tasks={queues.map((queue) => queue.task)}
      />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <WorkersPanel workers={workers} />
        <DatabasePanel database={database} />
      </div>
    </div>
  );
}
