import { Pencil } from "lucide-react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { agentEditPath, mailboxModes, thinkingModes, tiers } from "./agent-words.ts";

interface ProfilePanelProps {
  agent: AgentView;
  /** When it last sent or used a key. */
  lastActiveAt: string | null;
  mayWrite: boolean;
}

/** What an agent is and how it is set up. */
export function ProfilePanel({ agent, lastActiveAt, mayWrite }: ProfilePanelProps) {
  const mode = mailboxModes[agent.mailboxMode];
  return (
    <Panel
      title="Profile"
      actions={
        mayWrite && (
          <ButtonLink to={agentEditPath(agent.id)} size="sm" icon={<Pencil className="size-3.5" />}>
            Edit
          </ButtonLink>
        )
      }
    >
      <Facts>
        <Fact name="Last active">{lastActiveAt ? <RelativeTime at={lastActiveAt} /> : "Never"}</Fact>
        <Fact name="Model">{tiers[agent.modelTier].label}</Fact>
        <Fact name="Thinking">{thinkingModes[agent.thinkingMode].label}</Fact>
        <Fact name="Token quota">
          {formatCompact(agent.tokenQuota)} a month
          <span className="block text-xs text-ink-muted">
            <span className="tabular">{agent.quota.usedPercent} %</span> used,{" "}
            {formatCompact(agent.quota.usedTokens)} tokens
          </span>
        </Fact>
        <Fact name="Mailbox">
          {mode.label}
          <span className="block text-xs text-ink-muted">{mode.detail}</span>
        </Fact>
        <Fact name="Received">
          <span className="tabular">{formatCount(agent.inboxTotal)}</span> in its inbox
        </Fact>
        <Fact name="Created">
          <RelativeTime at={agent.createdAt} />
        </Fact>
        <Fact name="Changed">
          <RelativeTime at={agent.updatedAt} />
        </Fact>
      </Facts>
    </Panel>
  );
}
