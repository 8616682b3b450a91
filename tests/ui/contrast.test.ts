import { expect, test } from "vitest";
import { darkTokens, lightTokens, type Token } from "#app/ui/tokens.ts";

/** Relative luminance. https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance(token: string): number {
  const [red = 0, green = 0, blue = 0] = token.split(" ").map((text) => {
    const channel = Number(text) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const grounds: Token[] = ["canvas", "surface", "sunken", "hover"];
const meanings = ["accent", "ok", "warn", "bad", "info"] as const;

const marks: Token[] = [
  ...meanings,
  ...(["series-1", "series-2", "series-3", "series-4", "series-5", "series-6"] as const),
];

const pairs: [Token, Token][] = [
  ...(["ink", "ink-muted", "ink-faint"] as const).flatMap((ink) =>
    grounds.map((ground): [Token, Token] => [ink, ground]),
  ),
  ...meanings.flatMap((meaning): [Token, Token][] => [
    [`${meaning}-ink`, `${meaning}-soft`],
    ...grounds.map((ground): [Token, Token] => [`${meaning}-ink`, ground]),
  ]),
  ["surface", "ink"],
  ["on-accent", "accent"],
  ["on-bad", "bad"],
];

const themes: [string, Record<Token, string>][] = [
  ["light", lightTokens],
  ["dark", darkTokens],
];

test.each(themes)("in the %s theme every text can be read on every ground it stands on", (_, tokens) => {
  const faint = pairs
    .map(([text, ground]) => ({ text, ground, ratio: contrast(tokens[text], tokens[ground]) }))
    .filter(({ ratio }) => ratio < 4.5);
  expect(faint).toEqual([]);
});

test.each(themes)("in the %s theme every mark can be told from the surface", (_, tokens) => {
  const faint = marks.filter((mark) => contrast(tokens[mark], tokens.surface) < 3);
  expect(faint).toEqual([]);
});
