/**
 * Whether a name fits a pattern in which each `*` stands for any text, also none. No regular expression
 * and no way back: each piece between two stars is looked for once, where the one before it ended, and the
 * first place that fits leaves the most room for those that follow.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const at = name.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
