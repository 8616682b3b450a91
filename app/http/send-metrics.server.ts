import { Counter, Histogram, type Registry } from "prom-client";
import type { CommittedSends, SendMetrics } from "#app/domain/messaging/message-sender.server.ts";

/** Sends since the process began, by what became of them. */
export type SendTotals = CommittedSends["outcomes"];

interface OwnedSendMetrics {
  metrics: SendMetrics;
  totals(): SendTotals;
}

/** The figures of group commit. Lanes are few and numbered, so the lane can be a label. */
export function createSendMetrics(registry: Registry): OwnedSendMetrics {
  const sizes = new Histogram({
    name: "signalbox_send_batch_size",
    help: "How many sends went into one commit.",
    labelNames: ["lane"],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers: [registry],
  });
  const waits = new Histogram({
    name: "signalbox_send_wait_seconds",
    help: "How long a send, or what a batch had for one lane, waited for its commit to begin.",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  const commits = new Histogram({
    name: "signalbox_send_commit_seconds",
    help: "How long the commit of sends that went together took.",
    labelNames: ["lane"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  const outcomes = new Counter({
    name: "signalbox_sends_total",
    help: "Sends by what became of them: accepted, blocked, rejected, or failed with the database.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const retries = new Counter({
    name: "signalbox_send_transactions_repeated_total",
    help: "Transactions beyond the first that commits took, after a conflict or to find the one send that the database refuses.",
    registers: [registry],
  });
  const totals: SendTotals = { accepted: 0, blocked: 0, rejected: 0, failed: 0 };
  const kinds = Object.keys(totals) as (keyof SendTotals)[];
  return {
    metrics: {
      batchCommitted({ lane, sends, durationMs, transactions, outcomes: counted }) {
        sizes.observe({ lane }, sends);
        commits.observe({ lane }, durationMs / 1000);
        for (const outcome of kinds) {
          if (counted[outcome] === 0) continue;
          outcomes.inc({ outcome }, counted[outcome]);
          totals[outcome] += counted[outcome];
        }
        if (transactions > 1) retries.inc(transactions - 1);
      },
      waited: (waitedMs) => waits.observe(waitedMs / 1000),
    },
    totals: () => ({ ...totals }),
  };
}
