/** The address in the answer of a form that is answered by mail; undefined for other answers. */
export const sentToIn = (answer: unknown): string | undefined =>
  typeof answer === "object" && answer !== null && "sentTo" in answer && typeof answer.sentTo === "string"
    ? answer.sentTo
    : undefined;
