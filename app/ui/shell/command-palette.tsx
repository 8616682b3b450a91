import { useFetcher, useNavigate, useSubmit } from "@remix-run/react";
import { useState } from "react";
import type { AgentStatus } from "#app/domain/messaging/agent-schema.ts";
import { askPath } from "../asking/ask-words.ts";
import { Modal } from "../primitives/modal.tsx";
import { useToast } from "../primitives/toast.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { CommandList } from "./command-list.tsx";
import { agentCommands, allCommands, askedName, type Command, type PickIntent } from "./commands.ts";
import type { OverlayProps } from "./overlay.ts";
import { PauseStep } from "./pause-step.tsx";
import { themeFetcherKey } from "./theme.ts";
import { useTheme } from "./theme-switch.tsx";
import { useSearch } from "./use-search.ts";

type Step =
  | { kind: "all" }
  | { kind: "pick"; intent: PickIntent }
  | { kind: "reason"; agent: { id: string; name: string } };

const pickWords = {
  ask: { placeholder: "Ask which agent?", empty: "No agent is called that." },
  pause: { placeholder: "Pause which agent?", empty: "No active agent is called that." },
  resume: { placeholder: "Resume which agent?", empty: "No paused agent is called that." },
} as const;

/** Which agents there is any sense in choosing. */
const statusFor: Record<PickIntent, AgentStatus | undefined> = {
  ask: undefined,
  pause: "active",
  resume: "paused",
};

/** Goes to any page, agent or conversation and does what the viewer may do, by a few typed letters. */
export function CommandPalette({ viewer, open, onClose, onOpen }: OverlayProps) {
  const [step, setStep] = useState<Step>({ kind: "all" });
  const [query, setQuery] = useState("");
  const theme = useTheme();
  const navigate = useNavigate();
  const submit = useSubmit();
  const themeFetcher = useFetcher({ key: themeFetcherKey });
  const agentFetcher = useFetcher();
  const toast = useToast();
  useOutcomeToast(agentFetcher.data);

  const words = query.trim();
  const wantedStatus = step.kind === "pick" ? statusFor[step.intent] : undefined;
  const { answer, state } = useSearch(
    askedName(words) ?? words,
    wantedStatus,
    open && step.kind !== "reason",
  );
  const found = { answer, isCurrent: state === "current" };

  const goTo = (next: Step) => {
    setStep(next);
    setQuery("");
  };
  const close = () => {
    onClose();
    goTo({ kind: "all" });
  };
  const changeAgent = (agentId: string, form: Record<string, string>) => {
    close();
    agentFetcher.submit(form, { method: "post", action: `/dashboard/agents/${agentId}` });
  };

  const run = ({ effect }: Command) => {
    switch (effect.kind) {
      case "pick":
        return goTo(effect);
      case "agent":
        if (step.kind === "pick" && step.intent === "ask") {
          close();
          return navigate(askPath(effect.agent.id));
        }
        if (step.kind === "pick" && step.intent === "resume")
          return changeAgent(effect.agent.id, { intent: "resume" });
        return goTo({ kind: "reason", agent: effect.agent });
      case "go":
        close();
        return navigate(effect.to);
      case "theme":
        close();
        return themeFetcher.submit({ theme: effect.theme }, { method: "post", action: "/preferences/theme" });
      case "copy-link":
        close();
        return navigator.clipboard.writeText(window.location.href).then(
          () => toast({ tone: "ok", message: "Link copied" }),
          () => toast({ tone: "bad", message: "The browser did not allow copying." }),
        );
      case "shortcuts":
        close();
        return onOpen("shortcuts");
      case "switch-tenant":
        close();
        return submit({ tenantId: effect.tenantId }, { method: "post", action: "/switch-tenant" });
      case "sign-out":
        close();
        return submit(null, { method: "post", action: "/sign-out" });
    }
  };

  return (
    <Modal
      open={open}
      onClose={close}
      aria-label="Search and commands"
      className="mx-auto mb-auto mt-3 max-h-[calc(100dvh-1.5rem)] w-[calc(100%-1.5rem)] max-w-xl overflow-hidden rounded-lg bg-surface p-0 text-ink shadow-overlay open:animate-rise sm:mt-[14dvh]"
    >
      {step.kind === "reason" ? (
        <PauseStep
          agent={step.agent}
          onBack={() => goTo({ kind: "pick", intent: "pause" })}
          onPause={(reason) => changeAgent(step.agent.id, { intent: "pause", reason })}
        />
      ) : (
        <CommandList
          key={step.kind}
          query={query}
          onQuery={setQuery}
          placeholder={
            step.kind === "pick"
              ? pickWords[step.intent].placeholder
              : "Search agents, conversations, commands"
          }
          emptyText={step.kind === "pick" ? pickWords[step.intent].empty : `Nothing matches “${words}”.`}
          state={state}
          groups={
            step.kind === "pick"
              ? agentCommands(words, found, wantedStatus)
              : allCommands(viewer, theme, words, found)
          }
          onRun={run}
          onBack={step.kind === "pick" ? () => goTo({ kind: "all" }) : undefined}
        />
      )}
    </Modal>
  );
}
