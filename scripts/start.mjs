/** `npm start`: builds when the sources have changed, then serves, in this same process. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  process.stderr.write(`Signalbox needs Node 20.12 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
if (!existsSync(join(root, "node_modules"))) {
  process.stderr.write("The packages are not installed yet. Run `npm ci` first.\n");
  process.exit(1);
}

const stamp = () => {
  const file = join(root, "build/stamp");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};
let startedAt = 0;
// An image may hold the build without the sources and the packages that make it.
if (existsSync(join(root, "app")) && existsSync(join(root, "node_modules/vite"))) {
  const before = stamp();
  // Apart, so that what the build loads and allocates does not stay in the server's process.
  const build = spawnSync(process.execPath, [join(root, "scripts/build.mjs"), "--if-changed"], {
    stdio: "inherit",
  });
  if (build.status !== 0) process.exit(build.status ?? 1);
  if (stamp() !== before) startedAt = performance.now();
}

process.env.NODE_ENV ??= "production";
/** @type {{ main: (sinceMs?: number) => Promise<void> }} */
const server = await import(pathToFileURL(join(root, "build/server.js")).href);
await server.main(startedAt);
