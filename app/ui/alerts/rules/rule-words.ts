import { durationInWords } from "#app/domain/alerts/alert-words.ts";
import { definitionOf, type RuleKind } from "#app/domain/alerts/rule-kinds.ts";
import type { RuleView } from "#app/domain/alerts/rule-schema.ts";
import { formatCount } from "../../primitives/format.ts";

/** As it was set: `1 hour` where an age of as long would be told as 60 minutes. */
export function spanInWords(seconds: number): string {
  const units = [
    { name: "day", length: 86_400 },
    { name: "hour", length: 3_600 },
    { name: "minute", length: 60 },
  ];
  const unit = units.find(({ length }) => seconds >= length && seconds % length === 0);
  if (unit === undefined) return durationInWords(seconds);
  const count = seconds / unit.length;
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`;
}

/** When a rule fires, in words: `5 or more in 5 minutes`. */
export function conditionOf({ kind, threshold, windowSeconds }: RuleView): string {
  const { unit, windowSeconds: ownWindow } = definitionOf(kind);
  const within = ownWindow === null ? "" : ` in ${spanInWords(windowSeconds)}`;
  switch (unit) {
    case "none":
      return "Each time";
    case "occurrences":
      return `${formatCount(threshold)} or more${within}`;
    case "percent":
      return `From ${threshold} % on${within}`;
    case "seconds":
      return `After ${spanInWords(threshold)}`;
  }
}

/** What the number of a form counts. */
export function thresholdLabel(kind: RuleKind): string | undefined {
  switch (definitionOf(kind).unit) {
    case "none":
      return undefined;
    case "occurrences":
      return "How many";
    case "percent":
      return "From how many per cent on";
    case "seconds":
      return "After how many seconds";
  }
}

/** From one telling of the same alert to the next. */
export const cooldownInWords = (seconds: number): string =>
  seconds === 0 ? "Each time" : `After ${spanInWords(seconds)}`;

/** What a form offers, with what is set already. */
export const withCurrent = (offered: readonly number[], current: number): number[] =>
  [...new Set([...offered, current])].toSorted((a, b) => a - b);
export const windowChoices = [60, 300, 600, 900, 1_800, 3_600, 6 * 3_600, 86_400] as const;
export const cooldownChoices = [0, 900, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 7 * 86_400] as const;

export function channelsInWords(
  channelIds: RuleView["channelIds"],
  channels: readonly { id: string; name: string }[],
): string {
  if (channelIds === null) return "All channels";
  const names = channels.filter(({ id }) => channelIds.some((one) => one === id)).map(({ name }) => name);
  return names.length === 0 ? "The bell only" : names.join(", ");
}
