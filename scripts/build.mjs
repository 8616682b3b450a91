/**
 * `npm run build`: the Remix app for browsers and server, the server itself, and compressed copies
 * of what browsers load. With --if-changed it does nothing when the build is of these very sources.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const buildDir = join(root, "build");
const stampFile = join(buildDir, "stamp");

/** What goes into a build: sources, configuration, and the exact packages. */
const inputs = [
  "app",
  "db",
  "jobs",
  "public",
  "server.ts",
  "vite.config.ts",
  "remix.config.js",
  "tailwind.config.ts",
  "postcss.config.js",
  "package.json",
  "package-lock.json",
  "scripts/build.mjs",
];

/** @returns {string} a digest of all inputs' names and contents, and of the Node they are built with */
function digestInputs() {
  const hash = createHash("sha256").update(process.version);
  for (const file of inputs.flatMap(filesUnder)) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * @param {string} input
 * @returns {string[]}
 */
function filesUnder(input) {
  const path = join(root, input);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The Remix app: build/client and build/server/index.js. */
async function buildApp() {
  const { build } = await import("vite");
  process.env.NODE_ENV = "production";
  await build({ root, logLevel: "warn" });
  await build({ root, logLevel: "warn", build: { ssr: true } });
}

/** The server with everything of ours in one file; packages stay where they are. */
async function buildServer() {
  const { build } = await import("vite");
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: {
      ssr: "server.ts",
      outDir: "build",
      emptyOutDir: false,
      target: "node20",
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rollupOptions: { output: { entryFileNames: "server.js", chunkFileNames: "server-[name].js" } },
    },
  });
}

/**
 * Takes the API's routes out of what browsers are told of: no page leads to one through the router, and two
 * thirds of the routes are the API's, which every page would load.
 */
function trimManifest() {
  const folder = join(buildDir, "client", "assets");
  const [name] = readdirSync(folder).filter((file) => /^manifest-\w+\.js$/.test(file));
  if (name === undefined) throw new Error("The build has no manifest of its routes.");
  const file = join(folder, name);
  const before = "window.__remixManifest=";
  const text = readFileSync(file, "utf8");
  if (!text.startsWith(before)) throw new Error(`${name} is no manifest of routes.`);
  const manifest = JSON.parse(text.slice(before.length).replace(/;\s*$/, ""));
  for (const id of Object.keys(manifest.routes)) if (id.startsWith("routes/api.")) delete manifest.routes[id];
  writeFileSync(file, `${before}${JSON.stringify(manifest)};`);
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);
const compressible = new Set([".js", ".css", ".svg", ".json", ".txt", ".map", ".webmanifest", ".html"]);

/** A .br and a .gz beside each file that gains from it, so that no request compresses one again. */
async function compressClient() {
  const folder = join(buildDir, "client");
  // Vite's own record of the build is nobody's to load.
  rmSync(join(folder, ".vite"), { recursive: true, force: true });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && compressible.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(
    files.map(async (file) => {
      const plain = readFileSync(file);
      if (plain.byteLength < 1024) return;
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.byteLength,
      };
      const [br, gz] = await Promise.all([brotli(plain, { params }), gzipped(plain, { level: 9 })]);
      if (br.byteLength < plain.byteLength) writeFileSync(`${file}.br`, br);
      if (gz.byteLength < plain.byteLength) writeFileSync(`${file}.gz`, gz);
    }),
  );
}

/**
 * Runs `work` while no other process on this machine builds here, such as `npm test` beside
 * `npm start`. A lock whose process is gone (killed while it built) is taken over.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function alone(work) {
  mkdirSync(buildDir, { recursive: true });
  const lock = join(buildDir, "lock");
  while (!tryTake(lock)) await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * @param {string} lock
 * @returns {boolean}
 */
function tryTake(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
  // An empty lock is one that is being written this moment.
  if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
  return false;
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process, which is a process all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Builds, unless `ifChanged` and the build is of these sources.
 * @param {{ ifChanged?: boolean }} [options]
 * @returns {Promise<boolean>} whether it built
 */
export async function buildAll({ ifChanged = false } = {}) {
  const isUpToDate = () => existsSync(stampFile) && readFileSync(stampFile, "utf8") === digestInputs();
  // Looked at before the lock too: who only wants to start may not be allowed to write here.
  if (ifChanged && isUpToDate()) return false;
  return alone(async () => {
    if (ifChanged && isUpToDate()) return false;
    const digest = digestInputs();
    // Without its stamp a build that is killed halfway is never taken for a whole one.
    rmSync(stampFile, { force: true });
    const startedAt = performance.now();
    process.stdout.write("Building Signalbox…\n");
    await buildApp();
    trimManifest();
    await buildServer();
    await compressClient();
    writeFileSync(stampFile, digest);
    process.stdout.write(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`);
    return true;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await buildAll({ ifChanged: process.argv.includes("--if-changed") });
