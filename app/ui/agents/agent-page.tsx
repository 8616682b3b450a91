import { Inbox } from "lucide-react";
import type { AgentTraffic, AgentView } from "#app/domain/messaging/agent-schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { AskSection } from "../asking/ask-section.tsx";
import { ComposeButton } from "../compose/compose-button.tsx";
import { generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { AgentStatusBadge } from "./agent-status-badge.tsx";
import { agentInboxPath } from "./agent-words.ts";
import { AllowlistPanel, type AllowlistPanelProps } from "./allowlist-panel.tsx";
import { EndpointPanel, type EndpointPanelProps } from "./endpoint-panel.tsx";
import { InboxPreview } from "./inbox-preview.tsx";
import { KeysPanel, type KeysPanelProps } from "./keys-panel.tsx";
import { PauseControl } from "./pause-control.tsx";
import { ProfilePanel } from "./profile-panel.tsx";
import { QuotaNotice } from "./quota-notice.tsx";
import { TalksWithPanel, type TalksWithPanelProps } from "./talks-with-panel.tsx";
import { ToolsPanel, type ToolsPanelProps } from "./tools-panel.tsx";
import { TrafficPanel } from "./traffic-panel.tsx";

export interface AgentPageProps {
  agent: AgentView;
  lastActiveAt: string | null;
  traffic: AgentTraffic;
  allowlist: Pick<AllowlistPanelProps, "receivers" | "senders" | "peers">;
  /** Undefined for those who may not see them. */
  keys: Omit<KeysPanelProps, "answer"> | undefined;
  /** The newest of its inbox. */
  messages: MessageView[];
  talksWith: TalksWithPanelProps["communications"];
  push: EndpointPanelProps["push"];
  tools: Pick<ToolsPanelProps, "policy" | "blockedCalls">;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
  mayWrite: boolean;
  /** Whether the reader may let it spend more than its quota. */
  mayPay: boolean;
  maySend: boolean;
}

export function AgentPage({
  agent,
  lastActiveAt,
  traffic,
  allowlist,
  keys,
  messages,
  talksWith,
  push,
  tools,
  answer,
  mayWrite,
  mayPay,
  maySend,
}: AgentPageProps) {
  const problem = generalErrorOf(toFormProblem(answer), ["name", "url", "allow", "deny"]);
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title={
          <>
            <Avatar name={agent.name} className="!size-9" />
            {agent.name}
            <AgentStatusBadge status={agent.status} quota={agent.quota} />
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
            {maySend && <ComposeButton to={agent.id} />}
            {mayWrite && <PauseControl agent={agent} />}
          </>
        }
      />
      {problem && (
        <Notice tone="bad" className="mb-6">
          {problem}
        </Notice>
      )}
      {agent.status === "paused" && <PausedNotice agent={agent} />}
      <QuotaNotice agent={agent} mayPay={mayPay} />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="min-w-0 space-y-6">
          {maySend && <AskSection agent={agent} />}
          <TrafficPanel agent={agent} traffic={traffic} />
          <AllowlistPanel agent={agent} {...allowlist} mayWrite={mayWrite} />
          <ToolsPanel agent={agent} {...tools} answer={answer} mayWrite={mayWrite} />
          <EndpointPanel agent={agent} push={push} answer={answer} mayWrite={mayWrite} />
          {keys && <KeysPanel {...keys} answer={answer} />}
        </div>
        <div className="min-w-0 space-y-6">
          <ProfilePanel agent={agent} lastActiveAt={lastActiveAt} mayWrite={mayWrite} />
          <InboxPreview agent={agent} messages={messages} />
          <TalksWithPanel agent={agent} communications={talksWith} />
        </div>
      </div>
    </div>
  );
}

function PausedNotice({ agent: { pausedAt, pausedReason } }: { agent: AgentView }) {
  return (
    <Notice tone="warn" title="Paused: what it sends is blocked, what it receives is kept." className="mb-6">
      <p>
        {pausedAt && (
          <>
            Since <RelativeTime at={pausedAt} />.{" "}
          </>
        )}
        {pausedReason && `Reason: ${pausedReason}`}
      </p>
    </Notice>
  );
}
