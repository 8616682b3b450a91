import { describe, expect, test } from "vitest";
import { agentCommands, allCommands } from "#app/ui/shell/commands.ts";
import type { SearchAnswer } from "#app/ui/shell/search-answer.ts";
import { sectionOf } from "#app/ui/shell/sections.ts";
import type { Viewer } from "#app/ui/shell/viewer.ts";

const admin: Viewer = {
  name: "Ada",
  role: "tenant_admin",
  tenantName: "Acme",
  scopes: ["messages:read", "agents:read", "agents:write", "members:read"],
  tenants: [],
};
const member: Viewer = { ...admin, role: "member", scopes: ["messages:read", "agents:read"] };

const answer: SearchAnswer = {
  agents: [
    { id: "agt_01h455vb4pex5vsknk084sn02q", name: "Planner", status: "active", modelTier: "opus" },
    { id: "agt_01h455vb4pex5vsknk084sn02r", name: "Picker", status: "paused", modelTier: "haiku" },
  ],
  conversations: [
    {
      correlationId: "orders/7 & 8",
      type: "task_handoff",
      summary: "Pick order 7",
      senderName: "Planner",
      recipientName: "Picker",
      at: "2026-01-01T00:00:00.000Z",
    },
  ],
};

const labels = (viewer: Viewer, query: string, isCurrent = true) =>
  allCommands(viewer, "system", query, { answer, isCurrent }).flatMap(({ title, commands }) =>
    commands.map(({ label }) => `${title}: ${label}`),
  );

describe("the command palette", () => {
  test("offers what the viewer may do, and nothing else", () => {
    expect(labels(admin, "agent")).toContain("Actions: Pause an agent…");
    expect(labels(member, "agent")).not.toContain("Actions: Pause an agent…");
    expect(labels(member, "agent")).not.toContain("Actions: Create an agent");
    expect(labels(member, "sign")).toContain("Actions: Sign out");
  });

  test("offers the two themes that are not chosen", () => {
    const themes = (query: string) => labels(admin, query).filter((label) => label.includes("theme"));
    expect(themes("theme")).toEqual(["Actions: Use the light theme", "Actions: Use the dark theme"]);
    expect(themes("night")).toEqual(["Actions: Use the dark theme"]);
  });

  test("keeps of an answer to earlier letters only what fits the present ones", () => {
    expect(labels(admin, "plann", false)).toEqual(["Agents: Planner", "Conversations: Pick order 7"]);
    expect(labels(admin, "zebra", false)).toEqual([]);
  });

  test("leads to a conversation whatever its id is made of", () => {
    const found = allCommands(admin, "system", "", { answer, isCurrent: true }).flatMap(
      ({ commands }) => commands,
    );
    expect(found.at(-1)?.effect).toEqual({ kind: "go", to: "/dashboard/conversations/orders%2F7%20%26%208" });
  });

  test("leads whoever may ask to where an agent is asked", () => {
    const asker: Viewer = { ...member, scopes: [...member.scopes, "messages:send"] };
    expect(labels(asker, "ask ", false)).toContain("Actions: Ask an agent…");
    expect(labels(asker, "ask plan", false)).toEqual(["Ask: Ask Planner…"]);
    expect(labels(member, "ask plan", false)).toEqual([]);
    const [group] = allCommands(asker, "system", "ask p", { answer, isCurrent: true });
    expect(group?.commands.map(({ effect }) => effect)).toEqual([
      { kind: "go", to: `/dashboard/agents/${answer.agents[0]?.id}#ask` },
      { kind: "go", to: `/dashboard/agents/${answer.agents[1]?.id}#ask` },
    ]);
    const all = agentCommands("", { answer, isCurrent: true }, undefined);
    expect(all.flatMap(({ commands }) => commands.map(({ label }) => label))).toEqual(["Planner", "Picker"]);
  });

  test("lets one pause who is active and resume who is paused", () => {
    const names = (wanted: "active" | "paused") =>
      agentCommands("", { answer, isCurrent: true }, wanted).flatMap(({ commands }) =>
        commands.map(({ label }) => label),
      );
    expect(names("active")).toEqual(["Planner"]);
    expect(names("paused")).toEqual(["Picker"]);
  });
});

test("a page belongs to the section that its address begins with, a conversation to Messages", () => {
  expect(sectionOf("/dashboard")?.label).toBe("Overview");
  expect(sectionOf("/dashboard/")?.label).toBe("Overview");
  expect(sectionOf("/dashboard/agents/agt_1/edit")?.label).toBe("Agents");
  expect(sectionOf("/dashboard/conversations/x")?.label).toBe("Messages");
  expect(sectionOf("/dashboard/agentsandmore")).toBeUndefined();
  expect(sectionOf("/dashboard/nowhere")).toBeUndefined();
});
