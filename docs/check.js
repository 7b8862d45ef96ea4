// Looks at the built site in Chromium: every page in light and dark, wide and 400 px wide. Reports what axe-core finds,
// pages that are wider than the window, and messages of the console; then uses the search, by keyboard and offline.
// Afterwards it runs the programs of the pages that need a package of this folder. Run `npm run docs` before it.
//
//   node check.js [--chromium PATH] [--screenshots FOLDER] [ADDRESS…]
import { spawnSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { extname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";

const here = import.meta.dirname;
const site = join(here, "dist");
const { values, positionals } = parseArgs({
  options: { chromium: { type: "string", default: "/usr/bin/chromium" }, screenshots: { type: "string" } },
  allowPositionals: true,
});
const views = [
  { name: "light", width: 1280, isDark: false },
  { name: "dark", width: 1280, isDark: true },
  { name: "narrow", width: 400, isDark: false },
  { name: "narrow-dark", width: 400, isDark: true },
];
const faults = [];

const pages = positionals.length > 0 ? positionals : listPages();
const server = await serve();
const browser = await puppeteer.launch({ executablePath: values.chromium, args: ["--no-sandbox"] });
try {
  for (const view of views) await checkView(view);
  await checkSearch();
} finally {
  await browser.close();
  server.close();
}
runPrograms();
for (const fault of faults) console.log(fault);
console.log(`${pages.length} pages, ${views.length} views, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** The addresses of the site's pages; of the decisions, and of each kind of generated page, one. */
function listPages() {
  const all = readdirSync(site, { recursive: true }).filter((file) => file.endsWith(".html") && file !== "404.html");
  const kinds = new Set();
  return all.sort().filter((file) => {
    const kind = /^api\/.*\/(classes|functions|interfaces|type-aliases|variables)\/|(decisions)\/0/.exec(file)?.[0];
    if (kind === undefined) return true;
    return !kinds.has(kind) && kinds.add(kind);
  });
}

function serve() {
  const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".txt": "text/plain" };
  const server = createServer((request, response) => {
    const file = join(site, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function addressOf(page) {
  return `http://127.0.0.1:${server.address().port}/${page}`;
}

/** Opens a tab that reaches this server only, and records what its console says. */
async function openTab(view) {
  const tab = await browser.newPage();
  await tab.setViewport({ width: view.width, height: 900 });
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.isDark ? "dark" : "light" }]);
  await tab.setRequestInterception(true);
  tab.on("request", (request) => {
    if (new URL(request.url()).hostname === "127.0.0.1" || request.url().startsWith("data:")) return request.continue();
    faults.push(`${view.name}: ${request.url()} is not part of the site`);
    return request.abort();
  });
  tab.on("pageerror", (error) => faults.push(`${view.name} ${tab.url()}: ${error.message}`));
  tab.on("console", (message) => {
    if (message.type() === "error") faults.push(`${view.name} ${tab.url()}: ${message.text()}`);
  });
  return tab;
}

async function checkView(view) {
  const tab = await openTab(view);
  const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
  for (const page of pages) {
    await tab.goto(addressOf(page));
    await tab.waitForFunction(() => document.querySelector(".VPSwitchAppearance")?.title); // Vue has taken over the page
    await tab.evaluate(axe);
    const violations = await tab.evaluate(async () => {
      const { violations } = await globalThis.axe.run({ resultTypes: ["violations"] });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
      );
    });
    for (const { id, target, failureSummary } of violations.slice(0, 5)) {
      faults.push(`${view.name} ${page}: ${id}: ${target}: ${failureSummary.split("\n")[1]?.trim()}`);
    }
    const excess = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (excess > 0) faults.push(`${view.name} ${page}: ${excess} px wider than the window`);
    if (values.screenshots !== undefined) {
      mkdirSync(values.screenshots, { recursive: true });
      await tab.screenshot({ path: join(values.screenshots, `${page.replaceAll("/", "-")}.${view.name}.png`) });
    }
  }
  await tab.close();
}

/** Finds a page by the keyboard alone. */
async function checkSearch() {
  const tab = await openTab(views[0]);
  await tab.goto(addressOf("guide/getting-started.html"), { waitUntil: "networkidle0" });
  await tab.keyboard.press("/");
  await tab.waitForSelector(".VPLocalSearchBox input");
  await tab.keyboard.type("zombie");
  await tab.waitForSelector(".VPLocalSearchBox .result", { timeout: 10_000 });
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => !location.pathname.endsWith("getting-started.html"), { timeout: 10_000 });
  console.log(`search for "zombie" leads to ${new URL(tab.url()).pathname}`);
  await tab.close();
}

/** Runs the blocks of pages below `<!-- run: with PACKAGE -->`, and compares their output. */
function runPrograms() {
  const root = join(here, "..");
  const sources = ["docs", "packages/process/docs"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => file.endsWith(".md") && !/node_modules|^api/.test(file))
      .map((file) => join(root, folder, file)),
  );
  const folder = mkdtempSync(join(here, ".program-"));
  for (const source of sources) {
    const text = readFileSync(source, "utf8");
    const pattern = /<!-- run: with \w+ -->\n+```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g;
    for (const { 1: program, 2: output, index } of text.matchAll(pattern)) {
      const file = join(folder, `line-${text.slice(0, index).split("\n").length}.ts`);
      writeFileSync(file, program);
      const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8" });
      if (stdout !== output) faults.push(`${relative(root, source)}: a program prints ${stdout}${stderr}`);
    }
  }
  rmSync(folder, { recursive: true });
}
