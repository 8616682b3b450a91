import { useFetcher } from "@remix-run/react";
import { CirclePlay } from "lucide-react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { formatCompact } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface QuotaNoticeProps {
  agent: Pick<AgentView, "name" | "quota">;
  /** Whether the reader may let it go on. */
  mayPay: boolean;
}

/** Says what a used-up quota or budget means for the agent's sends, and lets an admin go on. */
export function QuotaNotice({ agent, mayPay }: QuotaNoticeProps) {
  const { state, usedTokens, quotaTokens, usedPercent, until } = agent.quota;
  if (state !== "limited" && state !== "paused") return null;
  return (
    <Notice
      tone="warn"
      title={
        state === "paused"
          ? "Paused by its quota or a budget: what it sends is blocked, what it receives is kept."
          : "Limited by its quota or a budget: it sends at most one message a second."
      }
      className="mb-6"
    >
      <p>
        It has used {formatCompact(usedTokens)} tokens this month, {usedPercent} % of its quota (
        {formatCompact(quotaTokens)} as it is now). This ends with the month, on {dayOf(until)}
        {state === "paused" && !mayPay && ", or when an admin lets it go on"}.
      </p>
      {state === "paused" && mayPay && <GoOn agent={agent} />}
    </Notice>
  );
}

function GoOn({ agent }: Pick<QuotaNoticeProps, "agent">) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <div className="mt-3">
      <ConfirmButton
        fetcher={fetcher}
        values={{ intent: "resume-quota" }}
        icon={<CirclePlay className="size-4" />}
        title={`Let ${agent.name} go on?`}
        consequence="It sends again until the next ceiling, half a quota further on. Where the organisation's budget is what stops it, that goes on for all agents. A pause by a person stays."
        confirmLabel="Let it go on"
        danger={false}
      >
        Let it go on
      </ConfirmButton>
    </div>
  );
}

/** The day in UTC, by which months are counted. */
const dayOf = (iso: string): string =>
  new Date(iso).toLocaleDateString("en", { day: "numeric", month: "long", timeZone: "UTC" });
