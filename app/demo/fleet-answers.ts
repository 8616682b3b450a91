import type { FleetMember, FleetRole, IncomingMessage } from "./fleet-members.ts";
import type { Random } from "./fleet-random.ts";
import { clarifications, type WorkItem, workItems } from "./fleet-script.ts";
import { toolsOf, type Used, usedBy } from "./fleet-usage.ts";

/** What an agent says to a person's question: piece by piece, then in full. */
export interface FleetAnswer {
  pieces: string[];
  data: unknown;
  format: "text" | "json";
  toolsCalled: string[];
  usage: Used;
}

/** An answer that fits the question as far as it is about the fleet's work, in the role's own words. */
export function answerQuestion(
  { role }: FleetMember,
  { payload }: Pick<IncomingMessage, "payload">,
  random: Random,
): FleetAnswer {
  const query = typeof payload.query === "string" ? payload.query : "";
  const item = itemAbout(query) ?? random.pick(workItems);
  const clarified = clarifications.find(({ question }) => question === query)?.answer;
  const sentences = clarified === undefined ? sayings[role](item) : [clarified];
  const text = sentences.join(" ");
  const isFigures = payload.format === "json" || payload.format === "table";
  const tools = toolsOf[role];
  return {
    // A sentence at a time: each piece is a message, so there are few of them.
    pieces: isFigures || sentences.length < 2 ? [] : sentences.slice(0, -1).map((sentence) => `${sentence} `),
    data: isFigures ? [item.question.answer] : text,
    format: isFigures ? "json" : "text",
    toolsCalled: clarified === undefined ? tools.filter((_, n) => n === 0 || random.chance(0.6)) : [],
    usage: usedBy(role, 1_200 + query.length + text.length * random.between(4, 9), random),
  };
}

/** The piece of work that a question's words fit best; undefined where none does. A word that is in many says little. */
function itemAbout(query: string): WorkItem | undefined {
  const words = stemsOf(query);
  const scored = workItems.map((item) => {
    const shared = [...stemsOfItem(item)].filter((stem) => words.has(stem));
    return { item, score: shared.reduce((sum, stem) => sum + 1 / itemsWith(stem), 0) };
  });
  const [best] = scored.sort((a, b) => b.score - a.score);
  return best !== undefined && best.score > 0 ? best.item : undefined;
}

const stemsOfItem = ({ title, component, question, complaint }: WorkItem): Set<string> =>
  stemsOf(`${title} ${component} ${question.query} ${complaint}`);

const itemsWith = (stem: string): number => workItems.filter((item) => stemsOfItem(item).has(stem)).length;

/** The beginnings of the words that say something: "charger" and "charging" are alike. */
const stemsOf = (text: string): Set<string> =>
  new Set(
    text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 3)
      .map((word) => word.slice(0, 4)),
  );

const figuresOf = (item: WorkItem): string =>
  Object.entries(item.question.answer)
    .map(
      ([name, value]) =>
        `${spaced(name)} ${typeof value === "number" ? value.toLocaleString("en-US") : value}`,
    )
    .join(", ");

/** "p50Ms" → "p50 ms", "maxWaiting" → "max waiting". */
const spaced = (name: string): string => name.replace(/(?<=[a-z0-9])[A-Z]/g, " $&").toLowerCase();

const sayings: Record<FleetRole, (item: WorkItem) => string[]> = {
  planner: ({ title, component, finding }) => [
    `The plan for ${component}: ${title.charAt(0).toLowerCase()}${title.slice(1)}.`,
    `What we know so far: ${finding}`,
    "An engineer has it, the review is booked for tomorrow, and it goes out with the next release if two shifts go by clean.",
  ],
  engineer: ({ component, branch, finding }) => [
    `I looked at ${component}.`,
    finding,
    `The change is on ${branch} with a test that fails without it; the rigs have run it twice.`,
  ],
  reviewer: ({ branch, finding }) => [
    `I have read ${branch}.`,
    `The cause is named correctly: ${finding}`,
    "Two remarks are open, neither of which keeps it from shipping.",
  ],
  analyst: (item) => [
    `I took it from ${item.question.dataSource}.`,
    `The figures: ${figuresOf(item)}.`,
    `That fits what the engineers found: ${item.finding}`,
  ],
  support: ({ complaint }) => [
    "The last customer who brought this up:",
    complaint,
    "I have told them that it is being worked on, and will write to them again when it ships.",
  ],
};
