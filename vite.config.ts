import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

const iconFile = /\/lucide-react\/dist\/esm\/(?:icons\/)?([\w-]+)\.js$/;

/** What an icon is drawn with, and the icons of the frame, the primitives, or several families of pages. */
function isCommonIcon(id: string): boolean {
  const [, name] = iconFile.exec(id) ?? [];
  // The index of all icons would bring each of them along.
  if (name === undefined || name === "lucide-react") return false;
  return !id.includes("/icons/") || commonIcons.has(name);
}

/** Of `app/ui`, by file name: `circle-alert`. */
const commonIcons = findCommonIcons(join(import.meta.dirname, "app/ui"));

function findCommonIcons(folder: string): Set<string> {
  const familiesOf = new Map<string, Set<string>>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(path)) continue;
    const [family = ""] = path.split(sep);
    const imported = /import \{([^}]*)\} from "lucide-react"/.exec(readFileSync(join(folder, path), "utf8"));
    for (const name of imported?.[1]?.match(/[A-Z]\w+/g) ?? []) {
      const file = name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[a-zA-Z])(?=\d)/g, "-").toLowerCase();
      familiesOf.set(file, (familiesOf.get(file) ?? new Set()).add(family));
    }
  }
  const isCommon = (families: Set<string>) =>
    families.size > 1 || families.has("shell") || families.has("primitives") || families.has("live");
  return new Set([...familiesOf].flatMap(([name, families]) => (isCommon(families) ? [name] : [])));
}

const formFailure = /\/app\/ui\/form-failure\.ts$/;
const alertWords = /\/app\/domain\/alerts\/(?:rule-kinds|alert-words)\.ts$/;

/**
 * Which chunk a module is put in by hand. Small ones would be put together with whatever is small too: the
 * words of alerts with some trifle of the frame, so that every page loads them, and what forms fail with, which
 * nearly every page has, with the tabs of one section. None of these imports anything that would come along.
 */
function chunkOf(id: string): string | undefined {
  if (isCommonIcon(id) || formFailure.test(id)) return "icons";
  return alertWords.test(id) ? "alert-words" : undefined;
}

/** Builds the Remix app: build/client for browsers, build/server/index.js for `server.ts`. */
export default defineConfig(({ command, isSsrBuild }) => ({
  plugins: [remix(remixConfig)],
  // Bundled for the server too: from node_modules the whole library, charts and all, is loaded at start.
  ...(command === "build" && { ssr: { noExternal: ["@tremor/react"] } }),
  // Found in the routes' imports of the domain, but never in the browser.
  optimizeDeps: {
    exclude: ["@node-rs/argon2", "drizzle-orm", "postgres", "prom-client", "remix-auth", "remix-auth-form"],
  },
  build: {
    // Tremor does not say that its modules have no side effects; without this, one of its components brings all.
    rollupOptions: {
      treeshake: { moduleSideEffects: (id) => !id.includes("/@tremor/react/") },
      // What several pages share is dozens of files of a few hundred bytes, icons above all: larger, each
      // gzipped by itself, than all of them together.
      ...(!isSsrBuild && {
        output: {
          experimentalMinChunkSize: 1_500,
          manualChunks: chunkOf,
        },
      }),
      onwarn(warning, warn) {
        // Routes without a page have nothing for browsers, which is how it should be.
        if (warning.code !== "EMPTY_BUNDLE") warn(warning);
      },
    },
    target: "es2022",
    // Scripts must come from files: the Content-Security-Policy allows no data: addresses.
    assetsInlineLimit: 0,
    cssMinify: true,
    reportCompressedSize: false,
    sourcemap: false,
  },
  server: { fs: { strict: true } },
}));
