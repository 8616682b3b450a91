// @ts-check
/**
 * `npm run check:bundle`: how much JavaScript a browser loads for each page, gzipped as it is served.
 * Reads the build (`npm run build`); prints a line a page and fails when one is over its budget.
 *
 * At first a page loads the client entry, its own module and those of its layouts, and everything these
 * import statically. What the page then imports lazily without being asked (the charts) is counted apart.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rollup/parseAst";

/** @typedef {{ module: string, imports?: string[] }} Entry */
/** @typedef {Entry & { id: string, parentId?: string, path?: string }} Route */
/** @typedef {{ entry: Entry, routes: Record<string, Route> }} Manifest */
/** @typedef {{ imports: string[], lazy: string[], isPage: boolean }} Chunk */

const BUDGET_KB = { first: 150, withCharts: 320 };
/** Chunks that wait for somebody to ask for them; any other lazy chunk counts. */
const ON_DEMAND = ["command-palette", "shortcut-sheet", "compose-drawer", "hold-control", "exchange-view"];

const client = join(import.meta.dirname, "../build/client");

/** @type {Map<string, Chunk>} */
const chunks = new Map();

process.exitCode = main();

function main() {
  const manifest = readManifest();
  if (manifest === undefined) {
    console.error("There is no build of the pages yet. Run `npm run build` first.");
    return 1;
  }

  const pages = Object.values(manifest.routes).filter(({ module }) => readChunk(module).isPage);
  const measured = pages
    .filter(({ id }) => !pages.some(({ parentId }) => parentId === id))
    .map((page) => measure(manifest, page))
    .sort((a, b) => b.first - a.first);
  if (measured.length === 0) {
    console.error("The build has no page in it.");
    return 1;
  }

  const width = Math.max(...measured.map(({ address }) => address.length));
  let over = 0;
  for (const { address, first, withCharts } of measured) {
    const isOver = first > BUDGET_KB.first || withCharts > BUDGET_KB.withCharts;
    if (isOver) over += 1;
    const charts = withCharts > first ? `, ${kB(withCharts)} with charts` : "";
    console.log(`${isOver ? "✗" : "✓"} ${address.padEnd(width)}  ${kB(first)}${charts}`);
  }
  if (over === 0) return 0;
  console.error(
    `\nOver the budget of ${BUDGET_KB.first} kB at first, ${BUDGET_KB.withCharts} kB with charts: ${over} of ${measured.length} pages.`,
  );
  return 1;
}

/** @param {number} size */
function kB(size) {
  return `${size.toFixed(1).padStart(6)} kB`;
}

/** @returns {Manifest | undefined} */
function readManifest() {
  const assets = join(client, "assets");
  const name = existsSync(assets)
    ? readdirSync(assets).find((file) => /^manifest-.*\.js$/.test(file))
    : undefined;
  if (name === undefined) return undefined;
  const script = readFileSync(join(assets, name), "utf8");
  return JSON.parse(script.slice(script.indexOf("{"), script.lastIndexOf("}") + 1));
}

/**
 * @param {Manifest} manifest
 * @param {Route} page
 */
function measure(manifest, page) {
  const lineage = lineageOf(manifest.routes, page);
  const entries = [manifest.entry, ...lineage].flatMap(({ module, imports = [] }) => [module, ...imports]);
  const first = withImports(entries);
  const lazy = [...first]
    .flatMap((url) => readChunk(url).lazy)
    .filter((url) => !ON_DEMAND.some((name) => url.startsWith(`/assets/${name}-`)));
  const address = lineage
    .map(({ path }) => path)
    .filter(Boolean)
    .join("/");
  return {
    address: `/${address}`,
    first: sizeOf(first),
    withCharts: sizeOf(withImports([...first, ...lazy])),
  };
}

/**
 * The layouts around a page, outermost first, and the page.
 * @param {Record<string, Route>} routes
 * @param {Route} page
 * @returns {Route[]}
 */
function lineageOf(routes, page) {
  const parent = page.parentId === undefined ? undefined : routes[page.parentId];
  return parent === undefined ? [page] : [...lineageOf(routes, parent), page];
}

/**
 * @param {string[]} urls
 * @returns {Set<string>} these and all that they import statically, each once
 */
function withImports(urls) {
  /** @type {Set<string>} */
  const found = new Set();
  const open = [...urls];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (found.has(url)) continue;
    found.add(url);
    open.push(...readChunk(url).imports);
  }
  return found;
}

/**
 * @param {string} url
 * @returns {Chunk}
 */
function readChunk(url) {
  const known = chunks.get(url);
  if (known) return known;
  const code = readFileSync(join(client, url), "utf8");
  /** @type {Chunk} */
  const chunk = { imports: [], lazy: [], isPage: false };
  JSON.stringify(parseAst(code), (_key, node) => {
    const source = typeof node?.source?.value === "string" ? resolve(url, node.source.value) : undefined;
    if (node?.type === "ImportExpression" && source) chunk.lazy.push(source);
    else if (/^(Import|Export\w+)Declaration$/.test(node?.type) && source) chunk.imports.push(source);
    // A route without a component to show (the API, a redirect) is not a page.
    if (node?.type === "ExportSpecifier" && node.exported?.name === "default") chunk.isPage = true;
    return typeof node === "bigint" ? String(node) : node;
  });
  chunks.set(url, chunk);
  return chunk;
}

/** @param {string} from @param {string} specifier */
function resolve(from, specifier) {
  return new URL(specifier, new URL(from, "http://localhost")).pathname;
}

/**
 * @param {Set<string>} urls
 * @returns {number} kB that a browser is sent which takes gzip; a small file goes as it is
 */
function sizeOf(urls) {
  const bytes = [...urls].map((url) => {
    const file = join(client, url);
    return statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size;
  });
  return bytes.reduce((sum, size) => sum + size, 0) / 1000;
}
