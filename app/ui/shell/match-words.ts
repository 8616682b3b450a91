/**
 * How well a text answers what was typed: 0 begins with it, 1 has each word at the beginning of one
 * of its own, 2 has them somewhere; undefined when it lacks one. Case and accents do not matter.
 */
export function matchWords(query: string, text: string): number | undefined {
  const wanted = fold(query).trim();
  const words = wanted.split(/\s+/u).filter(Boolean);
  const folded = fold(text);
  if (!words.every((word) => folded.includes(word))) return undefined;
  if (folded.startsWith(wanted)) return 0;
  const own = folded.split(/[^\p{L}\p{N}]+/u);
  return words.every((word) => own.some((one) => one.startsWith(word))) ? 1 : 2;
}

const fold = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
