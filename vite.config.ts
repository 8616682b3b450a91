import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

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
          manualChunks: (id) => (id.includes("/lucide-react/dist/esm/") ? "icons" : undefined),
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
