import { useFetcher } from "@remix-run/react";
import { ChevronRight, RotateCcw } from "lucide-react";
import type { DeliveryAttemptView, DeliveryView } from "#app/domain/alerts/channels/channel-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { formatCount } from "../primitives/format.ts";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { deliveryMarks } from "./timeline-words.ts";

/** How a telling stands: its attempts with what came back, and another try by hand. */
export function DeliveryOutcome({ delivery, mayRetry }: { delivery: DeliveryView; mayRetry: boolean }) {
  const { status, nextAttemptAt, attempts } = delivery;
  const { label, tone } = deliveryMarks[status];
  return (
    <>
      <div className="mt-1 flex flex-wrap items-center gap-2">
        <Badge tone={tone}>{label}</Badge>
        {status === "pending" && nextAttemptAt !== null && attempts.length > 0 && (
          <span className="text-xs text-ink-muted">
            next attempt <RelativeTime at={nextAttemptAt} />
          </span>
        )}
        {status === "failed" && mayRetry && <Retry delivery={delivery} />}
      </div>
      {attempts.length > 0 && (
        <details className="group/attempts mt-1" open={status === "failed" || undefined}>
          <summary className="inline-flex min-h-10 cursor-pointer list-none items-center gap-1 rounded pr-2 text-xs text-ink-muted hover:text-ink sm:min-h-6 [&::-webkit-details-marker]:hidden">
            <ChevronRight
              aria-hidden="true"
              className="size-3.5 transition-transform group-open/attempts:rotate-90"
            />
            {attempts.length === 1 ? "1 attempt" : `${formatCount(attempts.length)} attempts`}
          </summary>
          <ol className="mt-1 divide-y rounded border text-xs">
            {attempts.map((attempt) => (
              <Attempt key={attempt.attempt} attempt={attempt} />
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Attempt({ attempt }: { attempt: DeliveryAttemptView }) {
  const { target, startedAt, durationMs, outcome, statusCode, error, responseBody } = attempt;
  const answer = statusCode === null ? "" : ` · answered ${statusCode}`;
  return (
    <li className="space-y-0.5 px-3 py-2 text-ink-muted">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className={outcome === "failed" ? "font-medium text-bad-ink" : "font-medium text-ink"}>
          {outcome === "failed" ? "Failed" : "Delivered"}
          <span className="font-normal text-ink-muted">
            {answer} · {formatCount(durationMs)} ms
          </span>
        </span>
        <ExactTime at={startedAt} className="tabular" />
      </p>
      <p className="[overflow-wrap:anywhere]">To {target}</p>
      {error !== null && <p className="text-bad-ink [overflow-wrap:anywhere]">{error}</p>}
      {responseBody !== null && responseBody !== "" && (
        <p className="font-mono [overflow-wrap:anywhere]">{responseBody}</p>
      )}
    </li>
  );
}

function Retry({ delivery: { id, channelName } }: { delivery: DeliveryView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value="retry-delivery" />
      <input type="hidden" name="deliveryId" value={id} />
      <Button
        type="submit"
        size="sm"
        icon={<RotateCcw className="size-3.5" />}
        busy={fetcher.state !== "idle"}
        aria-label={`Try again to tell ${channelName}`}
      >
        Try again
      </Button>
    </fetcher.Form>
  );
}
