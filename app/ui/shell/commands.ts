import {
  Building2,
  CirclePause,
  CirclePlay,
  Keyboard,
  Link,
  LogOut,
  type LucideIcon,
  MessageCircleQuestion,
  Monitor,
  MonitorSmartphone,
  Moon,
  Plus,
  Settings,
  Sun,
} from "lucide-react";
import { sessionsPath } from "../account/account-paths.ts";
import { agentPath, agentStatuses, tiers } from "../agents/agent-words.ts";
import { askPath } from "../asking/ask-words.ts";
import { conversationPath } from "../conversation/conversation-path.ts";
import { messageTypes } from "../messages/message-words.ts";
import { settingsTabsFor } from "../settings/settings-tabs.tsx";
import { matchWords } from "./match-words.ts";
import type { ConversationHit, SearchAnswer } from "./search-answer.ts";
import { mayAdminister, platformSections, sections, sectionsFor } from "./sections.ts";
import { mayCreateAgents, newAgentPath } from "./shortcuts.ts";
import type { Theme } from "./theme.ts";
import type { Viewer } from "./viewer.ts";

type AgentHit = SearchAnswer["agents"][number];

/** What an agent is chosen for. */
export type PickIntent = "ask" | "pause" | "resume";

/** What choosing a command leads to. */
export type Effect =
  | { kind: "go"; to: string }
  | { kind: "theme"; theme: Theme }
  | { kind: "copy-link" }
  | { kind: "shortcuts" }
  | { kind: "switch-tenant"; tenantId: string }
  | { kind: "sign-out" }
  | { kind: "pick"; intent: PickIntent }
  | { kind: "agent"; agent: AgentHit };

export interface Command {
  id: string;
  label: string;
  icon?: LucideIcon;
  /** An agent, which is drawn with its initials. */
  agentName?: string;
  detail?: string;
  /** A moment that belongs to it. */
  at?: string;
  keys?: readonly string[];
  /** Other words it is found by. */
  also?: string;
  effect: Effect;
}

export interface CommandGroup {
  title: string;
  commands: Command[];
}

const sectionPages = (scopes: Viewer["scopes"]): Command[] =>
  sectionsFor(scopes).map(({ to, label, icon, key }) => ({
    id: `go-${to}`,
    label,
    icon,
    keys: ["G", key.toUpperCase()],
    also: "go to open page",
    effect: { kind: "go", to },
  }));

/** For platform admins, wherever they are. */
const platformPages: Command[] = platformSections.map(({ to, label, icon }) => ({
  id: `go-${to}`,
  label,
  icon,
  detail: "Platform",
  also: "go to open page admin",
  effect: { kind: "go", to },
}));

/** The pages within a section that have names of their own. */
const pagesOf = ({ scopes }: Viewer): Command[] => [
  ...sectionPages(scopes),
  ...settingsTabsFor(scopes)
    .filter(({ to }) => !sections.some((section) => section.to === to))
    .map(
      ({ to, label }): Command => ({
        id: `go-${to}`,
        label,
        icon: Settings,
        detail: "Settings",
        also: "go to open page",
        effect: { kind: "go", to },
      }),
    ),
  {
    id: `go-${sessionsPath}`,
    label: "Your sessions",
    icon: MonitorSmartphone,
    also: "go to open page devices signed in account",
    effect: { kind: "go", to: sessionsPath },
  },
  ...(mayAdminister(scopes) ? platformPages : []),
];

/** What this viewer may do. */
const actionsOf = (viewer: Viewer, theme: Theme): Command[] => {
  const all: (Command | false)[] = [
    mayCreateAgents(viewer) && {
      id: "create-agent",
      label: "Create an agent",
      icon: Plus,
      keys: ["C"],
      also: "new add",
      effect: { kind: "go", to: newAgentPath },
    },
    mayAsk(viewer) && {
      id: "ask-agent",
      label: "Ask an agent…",
      icon: MessageCircleQuestion,
      also: "question query",
      effect: { kind: "pick", intent: "ask" },
    },
    viewer.scopes.includes("agents:write") && {
      id: "pause-agent",
      label: "Pause an agent…",
      icon: CirclePause,
      also: "stop block",
      effect: { kind: "pick", intent: "pause" },
    },
    viewer.scopes.includes("agents:write") && {
      id: "resume-agent",
      label: "Resume an agent…",
      icon: CirclePlay,
      also: "start unpause",
      effect: { kind: "pick", intent: "resume" },
    },
    {
      id: "copy-link",
      label: "Copy a link to this page",
      icon: Link,
      also: "share url",
      effect: { kind: "copy-link" },
    },
    theme !== "light" && {
      id: "theme-light",
      label: "Use the light theme",
      icon: Sun,
      also: "switch appearance mode",
      effect: { kind: "theme", theme: "light" },
    },
    theme !== "dark" && {
      id: "theme-dark",
      label: "Use the dark theme",
      icon: Moon,
      also: "switch appearance mode night",
      effect: { kind: "theme", theme: "dark" },
    },
    theme !== "system" && {
      id: "theme-system",
      label: "Use the system’s theme",
      icon: Monitor,
      also: "switch appearance mode auto",
      effect: { kind: "theme", theme: "system" },
    },
    {
      id: "shortcuts",
      label: "Keyboard shortcuts",
      icon: Keyboard,
      keys: ["?"],
      also: "help keys",
      effect: { kind: "shortcuts" },
    },
    ...viewer.tenants
      .filter(({ isCurrent }) => !isCurrent)
      .map(
        ({ id, name }): Command => ({
          id: `switch-${id}`,
          label: `Switch to ${name}`,
          icon: Building2,
          also: "organisation tenant change",
          effect: { kind: "switch-tenant", tenantId: id },
        }),
      ),
    { id: "sign-out", label: "Sign out", icon: LogOut, also: "log out leave", effect: { kind: "sign-out" } },
  ];
  return all.filter((command): command is Command => command !== false);
};

const agentCommand = (agent: AgentHit, effect: Effect): Command => ({
  id: agent.id,
  label: agent.name,
  agentName: agent.name,
  detail: `${tiers[agent.modelTier].label} · ${agentStatuses[agent.status].label}`,
  also: agent.id,
  effect,
});

const mayAsk = ({ scopes }: Viewer): boolean => scopes.includes("messages:send");

const askCommand = (agent: AgentHit): Command => ({
  ...agentCommand(agent, { kind: "go", to: askPath(agent.id) }),
  id: `ask-${agent.id}`,
  label: `Ask ${agent.name}…`,
});

/** "ask anal" asks for an agent by that name. */
export const askedName = (query: string): string | undefined => /^ask\s+(.*)$/i.exec(query)?.[1];

const conversationCommand = (hit: ConversationHit): Command => ({
  id: `conversation-${hit.correlationId}`,
  label: hit.summary,
  icon: messageTypes[hit.type].icon,
  detail: `${hit.senderName} → ${hit.recipientName}`,
  at: hit.at,
  also: hit.correlationId,
  effect: { kind: "go", to: conversationPath(hit.correlationId) },
});

/** Those that answer what was typed, the best first; their own order where they are equal. */
const matching = (query: string, commands: readonly Command[]): Command[] =>
  commands
    .map((command) => ({
      command,
      rank: matchWords(query, command.label) ?? (isFoundByMore(query, command) ? 3 : undefined),
    }))
    .filter((one): one is { command: Command; rank: number } => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .map(({ command }) => command);

const isFoundByMore = (query: string, { label, detail, also }: Command): boolean =>
  matchWords(query, [label, detail, also].filter(Boolean).join(" ")) !== undefined;

const withCommands = (groups: CommandGroup[]): CommandGroup[] =>
  groups.filter(({ commands }) => commands.length > 0);

/** Everything that can be gone to or done. Of an answer to other words only what fits these is left. */
export function allCommands(
  viewer: Viewer,
  theme: Theme,
  query: string,
  { answer, isCurrent }: { answer: SearchAnswer; isCurrent: boolean },
): CommandGroup[] {
  const found = (commands: Command[]) => (isCurrent ? commands : matching(query, commands));
  const agents = answer.agents.map((agent) => agentCommand(agent, { kind: "go", to: agentPath(agent.id) }));
  const isAskedFor = askedName(query) !== undefined && mayAsk(viewer);
  return withCommands([
    { title: "Ask", commands: isAskedFor ? found(answer.agents.map(askCommand)) : [] },
    { title: "Go to", commands: matching(query, pagesOf(viewer)) },
    { title: "Agents", commands: query === "" || isAskedFor ? [] : found(agents) },
    { title: "Actions", commands: matching(query, actionsOf(viewer, theme)) },
    {
      title: query === "" ? "Latest conversations" : "Conversations",
      commands: found(answer.conversations.map(conversationCommand)),
    },
  ]);
}

/** The agents to choose from, for what is to be done with one; of any status, where none is wanted. */
export function agentCommands(
  query: string,
  { answer, isCurrent }: { answer: SearchAnswer; isCurrent: boolean },
  wanted: AgentHit["status"] | undefined,
): CommandGroup[] {
  const commands = answer.agents
    .filter(({ status }) => wanted === undefined || status === wanted)
    .map((agent) => agentCommand(agent, { kind: "agent", agent }));
  return withCommands([{ title: "Agents", commands: isCurrent ? commands : matching(query, commands) }]);
}
