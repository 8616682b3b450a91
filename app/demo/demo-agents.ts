import type { CreateAgentInput } from "#app/domain/messaging/agent-schema.ts";
import type { FleetRole } from "./fleet-members.ts";

export const demoTenant = { name: "Northwind Robotics", slug: "northwind-robotics" };
export const demoAdmin = { name: "Robin Avery", email: "admin@northwind.example" };
export const demoKeyName = "Demo fleet";

/** The demo agents in the order in which they are made, which is also how they are found again. */
export const demoAgents: readonly (CreateAgentInput & { role: FleetRole })[] = [
  {
    role: "planner",
    name: "Planner",
    description: "Breaks the week's goals into tasks and hands them to whoever can do them.",
    modelTier: "opus",
    thinkingMode: "high",
  },
  {
    role: "engineer",
    name: "Engineer Ada",
    description: "Builds what the planner hands over. Owns the arm controller and its firmware.",
    modelTier: "sonnet",
    thinkingMode: "medium",
  },
  {
    role: "engineer",
    name: "Engineer Kai",
    description: "Builds what the planner hands over. Owns the fleet's telemetry and the warehouse maps.",
    modelTier: "sonnet",
    thinkingMode: "medium",
  },
  {
    role: "reviewer",
    name: "Reviewer",
    description: "Reads every change before it ships and says what is missing.",
    modelTier: "opus",
    thinkingMode: "medium",
  },
  {
    role: "analyst",
    name: "Analyst",
    description: "Answers questions from telemetry and orders, with figures.",
    modelTier: "sonnet",
    thinkingMode: "low",
  },
  {
    role: "support",
    name: "Support",
    description: "Talks to customers and brings their problems to the planner.",
    modelTier: "haiku",
    thinkingMode: "off",
  },
];

/** Made after the others and paused at once: what is sent to it waits until it expires. */
export const retiredAgent: CreateAgentInput = {
  name: "Supplier Scout",
  description: "Looked for suppliers of grippers and sensors until the contracts were signed.",
  modelTier: "haiku",
  thinkingMode: "low",
};
export const retiredReason = "Retired: the suppliers are chosen. Resume it for the next tender.";
