import type { CreateAgentInput } from "#app/domain/messaging/agent-schema.ts";

/** A second customer, at whom nobody works: it shows that tenants do not see each other. */
export const neighbourTenant = { name: "Larkspur Insurance", slug: "larkspur-insurance" };
export const neighbourAdmin = { name: "Imani Osei", email: "admin@larkspur.example" };

export const neighbourAgents = [
  {
    name: "Claims Intake",
    description: "Reads new claims and files what belongs together.",
    modelTier: "haiku",
    thinkingMode: "off",
  },
  {
    name: "Assessor",
    description: "Compares a claim with its policy and says what is covered.",
    modelTier: "opus",
    thinkingMode: "high",
  },
  {
    name: "Fraud Screener",
    description: "Looks for claims that were made before, elsewhere or too often.",
    modelTier: "sonnet",
    thinkingMode: "medium",
  },
  {
    name: "Correspondence",
    description: "Writes to policyholders in plain words.",
    modelTier: "sonnet",
    thinkingMode: "low",
  },
] as const satisfies readonly CreateAgentInput[];
type NeighbourName = (typeof neighbourAgents)[number]["name"];

export const neighbourEdges: readonly (readonly [NeighbourName, NeighbourName])[] = [
  ["Claims Intake", "Assessor"],
  ["Claims Intake", "Fraud Screener"],
  ["Fraud Screener", "Assessor"],
  ["Assessor", "Fraud Screener"],
  ["Assessor", "Correspondence"],
];
