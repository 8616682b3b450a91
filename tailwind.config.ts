import headlessui from "@headlessui/tailwindcss";
import forms from "@tailwindcss/forms";
import type { Config } from "tailwindcss";
import plugin from "tailwindcss/plugin.js";
import { darkTokens, lightTokens, type Token } from "./app/ui/tokens.ts";

/** A colour token. Both themes use the same class: the variable behind it changes. */
const token = (name: Token): string => `rgb(var(--${name}) / <alpha-value>)`;

/** A meaning that is told by colour: solid mark, text, tint behind that text. */
const meaning = (name: "accent" | "ok" | "warn" | "bad" | "info") => ({
  DEFAULT: token(name),
  ink: token(`${name}-ink`),
  soft: token(`${name}-soft`),
});

const variables = (tokens: Record<Token, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(tokens).map(([name, value]) => [`--${name}`, value]));

/** The theme is a class on <html> or, without one, what the system prefers: no script, so no flash. */
const themes = plugin(({ addBase }) => {
  const dark = { "color-scheme": "dark", ...variables(darkTokens) };
  addBase({
    ":root": { "color-scheme": "light", ...variables(lightTokens) },
    // Paper is always light.
    "@media screen and (prefers-color-scheme: dark)": { ":root:not(.light)": dark },
    "@media screen": { ":root.dark": dark },
  });
});

/** Tremor's own names, mapped onto the same tokens, so that its components need no second palette. */
const tremorColors = {
  brand: {
    faint: token("accent-soft"),
    muted: token("accent-soft"),
    subtle: token("accent"),
    DEFAULT: token("accent"),
    emphasis: token("accent-ink"),
    inverted: token("on-accent"),
  },
  background: {
    muted: token("canvas"),
    subtle: token("sunken"),
    DEFAULT: token("surface"),
    emphasis: token("ink-muted"),
  },
  border: { DEFAULT: token("line") },
  ring: { DEFAULT: token("line") },
  content: {
    subtle: token("ink-faint"),
    DEFAULT: token("ink-muted"),
    emphasis: token("ink"),
    strong: token("ink"),
    inverted: token("surface"),
  },
};

export default {
  content: [
    "./app/**/*.{ts,tsx}",
    "./node_modules/@tremor/react/dist/components/chart-elements/{BarChart,LineChart}/*.js",
  ],
  // Tremor's charts make these names of the colours that app/ui/charts gives them.
  safelist: [
    ...["fill-ok", "fill-bad", "fill-bad-ink", "fill-warn", "fill-info"],
    ...["1", "2", "3", "4", "5", "6"].flatMap((n) => [`stroke-series-${n}`, `fill-series-${n}`]),
    ...["stroke-ink-faint", "fill-ink-faint", "stroke-line-strong", "fill-line-strong"],
  ],
  darkMode: ["variant", ["@media (prefers-color-scheme: dark) { :root:not(.light) & }", ":root.dark &"]],
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      canvas: token("canvas"),
      surface: token("surface"),
      sunken: token("sunken"),
      hover: token("hover"),
      line: { DEFAULT: token("line"), strong: token("line-strong") },
      ink: { DEFAULT: token("ink"), muted: token("ink-muted"), faint: token("ink-faint") },
      accent: { ...meaning("accent"), on: token("on-accent") },
      ok: meaning("ok"),
      warn: meaning("warn"),
      bad: { ...meaning("bad"), on: token("on-bad") },
      info: meaning("info"),
      series: {
        1: token("series-1"),
        2: token("series-2"),
        3: token("series-3"),
        4: token("series-4"),
        5: token("series-5"),
        6: token("series-6"),
      },
      scrim: token("scrim"),
      tremor: tremorColors,
      "dark-tremor": tremorColors,
    },
    fontSize: {
      xs: ["0.75rem", { lineHeight: "1rem" }],
      sm: ["0.8125rem", { lineHeight: "1.25rem" }],
      base: ["0.875rem", { lineHeight: "1.375rem" }],
      lg: ["1rem", { lineHeight: "1.5rem" }],
      xl: ["1.25rem", { lineHeight: "1.75rem", letterSpacing: "-0.015em" }],
      "2xl": ["1.625rem", { lineHeight: "2rem", letterSpacing: "-0.02em" }],
      "tremor-label": ["0.75rem", { lineHeight: "1rem" }],
      "tremor-default": ["0.8125rem", { lineHeight: "1.25rem" }],
      "tremor-title": ["1rem", { lineHeight: "1.5rem" }],
      "tremor-metric": ["1.625rem", { lineHeight: "2rem" }],
    },
    borderRadius: {
      none: "0",
      sm: "0.25rem",
      DEFAULT: "0.375rem",
      lg: "0.5rem",
      xl: "0.75rem",
      full: "9999px",
      "tremor-small": "0.375rem",
      "tremor-default": "0.5rem",
      "tremor-full": "9999px",
    },
    fontFamily: {
      sans: [
        "-apple-system",
        "BlinkMacSystemFont",
        "Segoe UI",
        "Roboto",
        "Noto Sans",
        "Helvetica",
        "Arial",
        "sans-serif",
      ],
      mono: [
        "ui-monospace",
        "SF Mono",
        "Cascadia Mono",
        "Segoe UI Mono",
        "Menlo",
        "Consolas",
        "Liberation Mono",
        "monospace",
      ],
    },
    boxShadow: {
      none: "none",
      control: "0 1px 2px 0 rgb(var(--shadow) / 0.06)",
      raised: "0 1px 2px 0 rgb(var(--shadow) / 0.05), 0 2px 8px -2px rgb(var(--shadow) / 0.06)",
      overlay:
        "0 0 0 1px rgb(var(--line) / 1), 0 8px 16px -4px rgb(var(--shadow) / 0.12), 0 24px 48px -12px rgb(var(--shadow) / 0.22)",
      "tremor-input": "0 1px 2px 0 rgb(var(--shadow) / 0.06)",
      "tremor-card": "none",
      "tremor-dropdown": "0 8px 24px -6px rgb(var(--shadow) / 0.2)",
      "dark-tremor-input": "none",
      "dark-tremor-card": "none",
      "dark-tremor-dropdown": "0 8px 24px -6px rgb(var(--shadow) / 0.6)",
    },
    extend: {
      transitionDuration: { DEFAULT: "120ms" },
      keyframes: {
        arrive: {
          from: { backgroundColor: "rgb(var(--accent-soft))" },
          to: { backgroundColor: "transparent" },
        },
        rise: {
          from: { opacity: "0", transform: "translateY(4px)" },
          to: { opacity: "1", transform: "none" },
        },
        slideIn: {
          from: { transform: "translateX(-100%)" },
          to: { transform: "none" },
        },
        slideInEnd: {
          from: { transform: "translateX(2rem)", opacity: "0" },
          to: { transform: "none", opacity: "1" },
        },
        sweep: {
          from: { transform: "translateX(-100%)" },
          to: { transform: "translateX(250%)" },
        },
        breathe: { "0%, 100%": { opacity: "1" }, "50%": { opacity: "0.35" } },
      },
      animation: {
        arrive: "arrive 1.6s ease-out",
        rise: "rise 140ms ease-out",
        "slide-in": "slideIn 160ms ease-out",
        "slide-in-end": "slideInEnd 160ms ease-out",
        sweep: "sweep 1.1s ease-in-out infinite",
        breathe: "breathe 2s ease-in-out infinite",
      },
    },
  },
  plugins: [themes, headlessui, forms({ strategy: "class" })],
} satisfies Config;
