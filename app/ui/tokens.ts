/**
 * The colours of both themes (docs/design-language.md), as `r g b` so that opacity can be added.
 * tailwind.config.ts makes CSS variables and utilities of the same names from them.
 *
 * Each meaning has three: the solid mark, the text (`-ink`) and the tint behind that text (`-soft`).
 * Every ink is at least 4.5:1 on canvas, surface, sunken and on its own tint.
 */
export const lightTokens = {
  canvas: "248 248 250",
  surface: "255 255 255",
  sunken: "242 243 246",
  hover: "242 243 246",
  line: "229 231 236",
  "line-strong": "203 207 216",

  ink: "22 24 29",
  "ink-muted": "76 82 94",
  "ink-faint": "98 104 117",

  accent: "58 87 216",
  "accent-ink": "45 71 186",
  "accent-soft": "236 240 255",
  "on-accent": "255 255 255",

  ok: "22 145 92",
  "ok-ink": "14 104 66",
  "ok-soft": "227 246 236",
  warn: "200 118 6",
  "warn-ink": "133 77 6",
  "warn-soft": "254 243 218",
  bad: "209 52 59",
  "bad-ink": "171 31 40",
  "bad-soft": "254 235 235",
  "on-bad": "255 255 255",
  info: "14 132 178",
  "info-ink": "9 94 129",
  "info-soft": "226 244 252",

  // Told apart by nothing but their place in a chart: they say nothing.
  "series-1": "58 87 216",
  "series-2": "13 128 118",
  "series-3": "148 76 202",
  "series-4": "194 92 30",
  "series-5": "190 56 118",
  "series-6": "104 114 36",

  scrim: "17 19 26",
  shadow: "20 24 40",
} as const;

export type Token = keyof typeof lightTokens;

export const darkTokens: Record<Token, string> = {
  canvas: "11 12 15",
  surface: "17 18 22",
  sunken: "25 27 32",
  hover: "27 29 35",
  line: "37 39 46",
  "line-strong": "60 64 74",

  ink: "237 239 242",
  "ink-muted": "170 175 186",
  "ink-faint": "142 148 160",

  accent: "116 140 255",
  "accent-ink": "163 179 255",
  "accent-soft": "30 36 66",
  "on-accent": "12 14 24",

  ok: "60 190 128",
  "ok-ink": "110 216 165",
  "ok-soft": "16 43 32",
  warn: "235 168 52",
  "warn-ink": "245 197 110",
  "warn-soft": "51 38 14",
  bad: "240 96 100",
  "bad-ink": "255 151 152",
  "bad-soft": "61 24 28",
  "on-bad": "30 6 8",
  info: "72 180 224",
  "info-ink": "131 208 240",
  "info-soft": "14 42 56",

  "series-1": "116 140 255",
  "series-2": "62 188 174",
  "series-3": "190 140 244",
  "series-4": "240 150 92",
  "series-5": "240 122 176",
  "series-6": "176 186 98",

  scrim: "0 0 0",
  shadow: "0 0 0",
};
