/** How a count compares with the one before it: "12 % more than the hour before". */
export function changeInWords(count: number, before: number, span = "hour"): string {
  if (before === 0) return count === 0 ? `None in the ${span} before either` : `None in the ${span} before`;
  const percent = Math.round(((count - before) / before) * 100);
  if (percent === 0) return `As in the ${span} before`;
  if (percent > 300) return `${Math.round(count / before)} times the ${span} before`;
  return `${Math.abs(percent)} % ${percent > 0 ? "more" : "less"} than the ${span} before`;
}
