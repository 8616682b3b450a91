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

/** The piece of work that shares most words with a question; undefined where none does. */
function itemAbout(query: string): WorkItem | undefined {
  const words = wordsOf(query);
  const shared = (item: WorkItem): number =>
    [...wordsOf(`${item.title} ${item.component} ${item.question.query} ${item.complaint}`)].filter((word) =>
      words.has(word),
    ).length;
  const [best] = workItems.map((item) => ({ item, count: shared(item) })).sort((a, b) => b.count - a.count);
  return best !== undefined && best.count > 0 ? best.item : undefined;
}

const wordsOf = (text: string): Set<string> =>
  new Set(
    text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 3),
  );

const figuresOf = (item: WorkItem): string =>
  Object.entries(item.question.answer)
    .map(
      ([name, value]) =>
        `${spaced(name)} ${typeof value === "number" ? value.toLocaleString("en-US") : value}`,
    )
    .join(", ");

/** "maxWaiting" → "max waiting". */
const spaced = (name: string): string => name.replace(/[A-Z0-9]+/g, (part) => ` ${part.toLowerCase()}`);

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
