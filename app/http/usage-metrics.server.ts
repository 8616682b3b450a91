import { Counter, Histogram, type Registry } from "prom-client";
import { modelPrices } from "#app/domain/catalogue.ts";
import type { CommittedUsage, UsageMetrics } from "#app/domain/usage/usage-recorder.server.ts";

/** A reporter may name any provider; as a label only those that the catalogue knows. */
const knownProviders: ReadonlySet<string> = new Set(
  Object.values(modelPrices).map(({ provider }) => provider),
);
const providerLabel = (provider: string): string => (knownProviders.has(provider) ? provider : "other");

/** Tools are named by reporters: as many as these have a label of their own, the first that are seen; the rest is "other". */
const MAX_TOOLS = 50;

const outcomeKinds = ["recorded", "duplicate", "rejected", "failed"] as const;

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The figures of metering: what was counted here, and how its group commit does. */
export function createUsageMetrics(registry: Registry): UsageMetrics {
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const events = counter(
    "signalbox_usage_events_total",
    "Reported usage events by what became of them: recorded, duplicate, rejected, or failed with the database.",
    ["outcome"],
  );
  const tokens = counter("signalbox_usage_tokens_total", "Tokens of the recorded events.", [
    "provider",
    "direction",
  ]);
  const cost = counter(
    "signalbox_usage_cost_dollars_total",
    "What the recorded events cost, as reported or estimated.",
    ["provider"],
  );
  const calls = counter("signalbox_llm_calls_total", "Queries of models, one a recorded event.", [
    "provider",
  ]);
  const tools = counter("signalbox_tool_calls_total", "Calls of tools that recorded events tell of.", [
    "tool",
  ]);
  const knownTools = new Set<string>();
  const toolLabel = (tool: string): string => {
    if (knownTools.size < MAX_TOOLS) knownTools.add(tool);
    return knownTools.has(tool) ? tool : "other";
  };
  const retries = counter(
    "signalbox_usage_transactions_repeated_total",
    "Transactions beyond the first that commits of usage took, after a conflict or to find the one event that the database refuses.",
  );
  const sizes = new Histogram({
    name: "signalbox_usage_batch_size",
    help: "How many usage events went into one commit.",
    labelNames: ["lane"],
    buckets: [1, 10, 50, 100, 500, 1_000, 2_000, 4_000],
    registers: [registry],
  });
  const waits = new Histogram({
    name: "signalbox_usage_wait_seconds",
    help: "How long what a call reported waited for its commit to begin.",
    buckets: seconds,
    registers: [registry],
  });
  const commits = new Histogram({
    name: "signalbox_usage_commit_seconds",
    help: "How long the commit of usage events that went together took.",
    labelNames: ["lane"],
    buckets: seconds,
    registers: [registry],
  });
  return {
    committed({ lane, events: size, durationMs, transactions, outcomes, metered }) {
      sizes.observe({ lane }, size);
      commits.observe({ lane }, durationMs / 1000);
      if (transactions > 1) retries.inc(transactions - 1);
      for (const outcome of outcomeKinds)
        if (outcomes[outcome] > 0) events.inc({ outcome }, outcomes[outcome]);
      for (const [provider, sum] of sumsByProvider(metered)) {
        tokens.inc({ provider, direction: "input" }, sum.inputTokens);
        tokens.inc({ provider, direction: "output" }, sum.outputTokens);
        cost.inc({ provider }, sum.costMicros / 1_000_000);
        calls.inc({ provider }, sum.calls);
      }
      for (const { usage } of metered)
        for (const tool of usage.event.toolsCalled) tools.inc({ tool: toolLabel(tool) });
    },
    waited: (waitedMs) => waits.observe(waitedMs / 1000),
  };
}

function sumsByProvider(metered: CommittedUsage["metered"]) {
  const sums = new Map<
    string,
    { calls: number; inputTokens: number; outputTokens: number; costMicros: number }
  >();
  for (const { usage, provider, costMicros } of metered) {
    const label = providerLabel(provider);
    const sum = sums.get(label) ?? { calls: 0, inputTokens: 0, outputTokens: 0, costMicros: 0 };
    sums.set(label, sum);
    sum.calls++;
    sum.inputTokens += usage.event.inputTokens;
    sum.outputTokens += usage.event.outputTokens;
    sum.costMicros += costMicros;
  }
  return sums;
}
