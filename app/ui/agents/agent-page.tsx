import { useFetcher } from "@remix-run/react";
import { CirclePause, CirclePlay, Inbox, Pencil } from "lucide-react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { TextField } from "../primitives/field.tsx";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { AgentStatusBadge } from "./agent-status-badge.tsx";
import { agentEditPath, agentInboxPath, mailboxModes, thinkingModes, tiers } from "./agent-words.ts";
import { AllowlistPanel, type AllowlistPanelProps } from "./allowlist-panel.tsx";
import { KeysPanel, type KeysPanelProps } from "./keys-panel.tsx";

interface AgentPageProps extends AllowlistPanelProps, Omit<KeysPanelProps, "agent" | "keys"> {
  agent: AgentView;
  /** Undefined for those who may not see them. */
  keys: KeysPanelProps["keys"] | undefined;
}

export function AgentPage({ agent, mayWrite, allowlist, candidates, keys, ...keyProps }: AgentPageProps) {
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        crumbs={[{ label: "Agents", to: "/dashboard/agents" }]}
        here={agent.name}
        title={
          <>
            <Avatar name={agent.name} className="!size-9" />
            {agent.name}
            <AgentStatusBadge status={agent.status} />
          </>
        }
        description={
          <>
            {agent.description && <p>{agent.description}</p>}
            <CodeId id={agent.id} label="Copy agent id" />
          </>
        }
        actions={
          <>
            <ButtonLink to={agentInboxPath(agent.id)} icon={<Inbox className="size-4" />}>
              Open inbox
            </ButtonLink>
            {mayWrite && <PauseOrResume agent={agent} />}
          </>
        }
      />
      {agent.status === "paused" && (
        <Notice
          tone="warn"
          title="Paused: what it sends is blocked, what it receives is kept."
          className="mb-6"
        >
          {agent.pausedReason && <p>Reason: {agent.pausedReason}</p>}
        </Notice>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="min-w-0 space-y-6">
          {keys && <KeysPanel agent={agent} keys={keys} {...keyProps} />}
          <AllowlistPanel agent={agent} allowlist={allowlist} candidates={candidates} mayWrite={mayWrite} />
        </div>
        <div className="min-w-0 space-y-6">
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
              <Fact name="Received">{formatCount(agent.inboxTotal)}</Fact>
              <Fact name="Mailbox">{mailboxModes[agent.mailboxMode].label}</Fact>
              <Fact name="Model">{tiers[agent.modelTier].label}</Fact>
              <Fact name="Thinking">{thinkingModes[agent.thinkingMode].label}</Fact>
              <Fact name="Token quota">{formatCompact(agent.tokenQuota)} a month</Fact>
              <Fact name="Created">
                <RelativeTime at={agent.createdAt} />
              </Fact>
              <Fact name="Changed">
                <RelativeTime at={agent.updatedAt} />
              </Fact>
            </Facts>
          </Panel>
        </div>
      </div>
    </div>
  );
}

function PauseOrResume({ agent }: { agent: AgentView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  if (agent.status === "paused") {
    return (
      <fetcher.Form method="post">
        <input type="hidden" name="intent" value="resume" />
        <Button
          type="submit"
          variant="primary"
          icon={<CirclePlay className="size-4" />}
          busy={fetcher.state !== "idle"}
        >
          Resume
        </Button>
      </fetcher.Form>
    );
  }
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "pause" }}
      icon={<CirclePause className="size-4" />}
      title={`Pause ${agent.name}?`}
      consequence="Everything it sends is blocked until someone resumes it. It still receives."
      confirmLabel="Pause agent"
      danger={false}
      fields={<TextField label="Reason" name="reason" maxLength={500} placeholder="Why, for the others" />}
    >
      Pause
    </ConfirmButton>
  );
}
