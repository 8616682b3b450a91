/**
 * The options of the Remix Vite plugin. `vite.config.ts` hands them on.
 * @type {import("@remix-run/dev").VitePluginConfig}
 */
export default {
  appDirectory: "app",
  buildDirectory: "build",
  serverBuildFile: "index.js",
  serverModuleFormat: "esm",
  ignoredRouteFiles: ["**/.*"],
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    v3_singleFetch: true,
    // Without it a cold `npm run dev` loads React twice and breaks with "Invalid hook call".
    unstable_optimizeDeps: true,
  },
};
