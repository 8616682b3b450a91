import type { CreateAgentInput } from "#app/domain/messaging/agent-schema.ts";

/**
 * A second customer, at whom nobody works: it shows that tenants do not see each other, and what a month
 * costs. With 3.1 M sonnet tokens over quota it is the worked example of app/domain/billing/README.md.
 */
export const neighbourTenant = { name: "Larkspur Insurance", slug: "larkspur-insurance" };
export const neighbourAdmin = { name: "Imani Osei", email: "admin@larkspur.example" };
export const neighbourTerms = { plan: "growth", overage: true } as const;

interface NeighbourAgent extends CreateAgentInput {
  /** On which day of the tenant's first month it was made. */
  sinceDay: number;
  /** Of an ordinary day. */
  dailyTokens: number;
  /** Of the present month, in its first days, where it is not ordinary. */
  burstTokens?: number;
  tools: readonly string[];
}

export const neighbourAgents = [
  {
    name: "Claims Intake",
    description: "Reads new claims and files what belongs together.",
    modelTier: "sonnet",
    thinkingMode: "off",
    sinceDay: 3,
    dailyTokens: 210_000,
    tools: ["claims.search", "documents.read"],
  },
  {
    name: "Assessor",
    description: "Compares a claim with its policy and says what is covered.",
    modelTier: "opus",
    thinkingMode: "high",
    sinceDay: 3,
    dailyTokens: 96_000,
    tools: ["policies.read", "claims.search"],
  },
  {
    name: "Fraud Screener",
    description: "Looks for claims that were made before, elsewhere or too often.",
    modelTier: "sonnet",
    thinkingMode: "off",
    sinceDay: 3,
    dailyTokens: 260_000,
    // A storm's claims, looked at once more.
    burstTokens: 12_200_000,
    tools: ["claims.search", "registers.query", "graph.neighbours"],
  },
  {
    name: "Correspondence",
    description: "Writes to policyholders in plain words.",
    modelTier: "sonnet",
    thinkingMode: "off",
    sinceDay: 3,
    dailyTokens: 240_000,
    burstTokens: 10_900_000,
    tools: ["letters.draft"],
  },
  {
    name: "Renewals",
    description: "Prepares offers for policies that are about to end.",
    modelTier: "sonnet",
    thinkingMode: "off",
    sinceDay: 16,
    dailyTokens: 150_000,
    tools: ["policies.read", "letters.draft"],
  },
  {
    name: "Records",
    description: "Answers questions about old files.",
    modelTier: "sonnet",
    thinkingMode: "off",
    sinceDay: 16,
    dailyTokens: 90_000,
    tools: ["documents.read"],
  },
  {
    name: "Actuary",
    description: "Estimates what is still to be paid.",
    modelTier: "opus",
    thinkingMode: "off",
    sinceDay: 16,
    dailyTokens: 70_000,
    tools: ["tables.query"],
  },
] as const satisfies readonly NeighbourAgent[];
type NeighbourName = (typeof neighbourAgents)[number]["name"];

export const neighbourEdges: readonly (readonly [NeighbourName, NeighbourName])[] = [
  ["Claims Intake", "Assessor"],
  ["Claims Intake", "Fraud Screener"],
  ["Fraud Screener", "Assessor"],
  ["Assessor", "Fraud Screener"],
  ["Assessor", "Correspondence"],
  ["Renewals", "Correspondence"],
  ["Actuary", "Records"],
];
