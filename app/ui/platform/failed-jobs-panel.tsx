import { useFetcher } from "@remix-run/react";
import { CircleCheckBig, RotateCcw } from "lucide-react";
import type { FailedJob, FailedJobList } from "#app/domain/platform/schema.ts";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSelect } from "../primitives/filter-bar.tsx";
import { JsonView } from "../primitives/json-view.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { failedJobsHref, systemPath } from "./system-path.ts";

interface FailedJobsPanelProps {
  list: FailedJobList;
  /** The one that is shown alone. */
  task: string | undefined;
  cursor: string | undefined;
  /** Those to choose from. */
  tasks: string[];
}

/** Jobs that will not be tried again unless somebody says so. */
export function FailedJobsPanel({ list: { jobs, nextCursor }, task, cursor, tasks }: FailedJobsPanelProps) {
  return (
    <div id="failed-jobs" className="scroll-mt-20">
      <Panel
        title="Failed jobs"
        description="Out of attempts. What looks like a secret is left out of errors and payloads."
        flush
        actions={
          <>
            <FilterBar label="Filter failed jobs" clearHref={task === undefined ? undefined : systemPath}>
              <FilterSelect
                name="task"
                label="Task"
                any="Any task"
                options={tasks.map((name) => ({ value: name, label: name }))}
                value={task}
                className="max-w-56"
              />
            </FilterBar>
            {task !== undefined && jobs.length > 0 && <RetryAll task={task} />}
          </>
        }
      >
        {jobs.length === 0 ? (
          <EmptyState icon={CircleCheckBig} title="No job has failed" className="!py-8">
            {task === undefined
              ? "A job that has failed in all of its attempts ends up here."
              : `None of ${task} is left that has.`}
          </EmptyState>
        ) : (
          <ul aria-label="Failed jobs" className="divide-y">
            {jobs.map((job) => (
              <Job key={job.id} job={job} />
            ))}
          </ul>
        )}
        {(cursor !== undefined || nextCursor !== null) && (
          <nav
            aria-label="Pages of failed jobs"
            className="flex justify-end gap-2 border-t px-4 py-2.5 sm:px-5"
          >
            {cursor !== undefined && (
              <ButtonLink to={failedJobsHref({ task })} size="sm" variant="ghost" preventScrollReset>
                Newest
              </ButtonLink>
            )}
            {nextCursor !== null && (
              <ButtonLink to={failedJobsHref({ task, cursor: nextCursor })} size="sm" preventScrollReset>
                Older
              </ButtonLink>
            )}
          </nav>
        )}
      </Panel>
    </div>
  );
}

function Job({ job }: { job: FailedJob }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const [reason = "", ...trace] = job.error.split("\n");
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-sm font-medium [overflow-wrap:anywhere]">
          {job.task} <span className="font-normal text-ink-muted">{job.id}</span>
        </p>
        <p className="mt-0.5 text-sm text-bad-ink [overflow-wrap:anywhere]">
          {reason || "No reason was given"}
        </p>
        <p className="mt-0.5 text-xs text-ink-muted">
          After {job.attempts} {job.attempts === 1 ? "attempt" : "attempts"},{" "}
          <RelativeTime at={job.failedAt} />
        </p>
        <details className="mt-2 text-xs">
          <summary className="w-fit cursor-pointer rounded-sm py-1 text-accent-ink">Details</summary>
          <div className="mt-2 space-y-2">
            {trace.length > 0 && (
              <pre className="whitespace-pre-wrap rounded border bg-canvas p-3 font-mono text-xs [overflow-wrap:anywhere]">
                {trace.join("\n")}
              </pre>
            )}
            <JsonView value={job.payload} copyLabel="Copy payload" />
          </div>
        </details>
      </div>
      <fetcher.Form method="post">
        <input type="hidden" name="intent" value="retry" />
        <input type="hidden" name="jobId" value={job.id} />
        <Button
          type="submit"
          size="sm"
          icon={<RotateCcw className="size-3.5" />}
          busy={fetcher.state !== "idle"}
          aria-label={`Retry ${job.task} ${job.id}`}
        >
          Retry
        </Button>
      </fetcher.Form>
    </li>
  );
}

function RetryAll({ task }: { task: string }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "retry-all", task }}
      size="sm"
      title={`Retry all of ${task}?`}
      consequence="Each of its failed jobs runs again with all its attempts, a thousand at most, whatever is shown here."
      confirmLabel="Retry all"
      danger={false}
    >
      Retry all
    </ConfirmButton>
  );
}
