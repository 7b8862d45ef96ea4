// The kinds of projects that install the package. Each row is a project: the packages that it installs, its files,
// and the commands, of which the last must print `answer`. `install.js` runs them; docs/install.md shows them as a
// table.

/** A closure on a thread and in a process, and a pool. */
const body = (load) => `${load}
const factor = 3;
async function main() {
  const times = async (startMethod) => new Process((n) => n * factor, { args: [14], startMethod }).start().result();
  const pool = new Pool(1);
  console.log(await times("thread"), await times("spawn"), (await pool.map((n) => n * factor, [1, 2, 3])).join(" "));
  await pool.close();
  await pool.join();
}
void main();
`;
const asImport = body('import { Pool, Process } from "@manyhands/process";');
const asRequire = body('const { Pool, Process } = require("@manyhands/process");');
const typed = asImport
  .replace("(startMethod)", '(startMethod: "thread" | "spawn")')
  .replaceAll("(n) =>", "(n: number) =>")
  .replace("main()", "main(): Promise<void>");

export const answer = "42 42 3 6 9";

const nodeTypes = "@types/node@20";
const tsc = (typescript, module, resolution) => ({
  install: [typescript, nodeTypes],
  files: { "main.ts": typed },
  run: [
    `tsc --target es2022 --module ${module} --moduleResolution ${resolution} --strict --types node --outDir out main.ts`,
    "node out/main.js",
  ],
});
const jestTest = (load) => `${load}
test("answers", async () => {
  const factor = 3;
  class Odd extends Error {}
  const triple = (n) => { if (n === 0) throw new Odd("zero"); return n * factor; };
  const times = async (startMethod) => new Process(triple, { args: [14], startMethod }).start().result();
  const pool = new Pool(1);
  await expect(pool.apply(triple, [0])).rejects.toThrow(Odd);
  console.log(await times("thread"), await times("spawn"), (await pool.map(triple, [1, 2, 3])).join(" "));
  await pool.close();
  await pool.join();
});
`;
const bundled = (tool, command, output = "out/main.mjs") => ({
  install: tool.split(" "),
  files: { "main.mjs": asImport },
  run: [command, `node ${output}`],
});

/** Starts the server that `next build` has made in a folder, and prints the page. */
const callServer = `import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

const free = createServer().listen(0, "127.0.0.1");
await once(free, "listening");
const { port } = free.address();
free.close();
await once(free, "close");
const env = { ...process.env, PORT: String(port), HOSTNAME: "127.0.0.1" };
const server = spawn(process.execPath, ["server.js"], { cwd: process.argv[2], env, stdio: ["ignore", "pipe", "inherit"] });
await new Promise((resolve) => server.stdout.on("data", (text) => String(text).includes("Ready") && resolve()));
const page = await fetch("http://127.0.0.1:" + port);
console.log(/<p>(.*)<\\/p>/.exec(await page.text())?.[1]);
server.kill();
`;

/** Lets Next copy the files that children load, where it copies only used files of `node_modules`. */
const tracing = 'outputFileTracingIncludes: { "/*": ["node_modules/{@manyhands/process,acorn,comlink,piscina}/**"] }';

/** A Next project whose only page runs a child and a pool: while `next build` renders it, or for each request. */
const next = (config, rendering = "auto") => ({
  install: ["next", "react", "react-dom", "typescript@5.9", nodeTypes, "@types/react"],
  files: {
    ...(config === undefined ? {} : { "next.config.mjs": `export default ${config};\n` }),
    "app/layout.tsx":
      "export default function Layout({ children }: { children: React.ReactNode }) { return <html><body>{children}</body></html>; }\n",
    "app/page.tsx": `import { Pool, Process } from "@manyhands/process";
export const dynamic = "${rendering}";
export default async function Page() {
  const factor = 3;
  const child = new Process((n: number) => n * factor, { args: [14] }).start();
  const pool = new Pool(1);
  const tripled = await pool.map((n: number) => n * 3, [1, 2, 3]);
  await pool.close();
  const text = [await child.result(), 42, ...tripled].join(" ");
  console.log(text);
  return <p>{text}</p>;
}
`,
    "call-server.mjs": callServer,
  },
  run: ["next build"],
});

/**
 * @type {Record<string, { install?: string[], files: Record<string, string>, run: string[], note?: string, manager?:
 * "pnpm" | "yarn" }>}
 */
export const projects = {
  "ES modules": { files: { "main.mjs": asImport }, run: ["node main.mjs"] },
  CommonJS: { files: { "main.cjs": asRequire }, run: ["node main.cjs"] },
  "TypeScript 5.9, module commonjs": tsc("typescript@5.9", "commonjs", "node10"),
  "TypeScript 5.4, module commonjs": tsc("typescript@5.4", "commonjs", "node10"),
  "TypeScript 5.9, module node16": tsc("typescript@5.9", "node16", "node16"),
  "TypeScript 7, module nodenext": tsc("typescript@7", "nodenext", "nodenext"),
  "TypeScript 5.9, moduleResolution bundler": {
    ...tsc("typescript@5.9", "esnext", "bundler"),
    files: { "main.ts": typed, "package.json": '{ "type": "module" }' },
  },
  "TypeScript decorators, as in Nest": {
    install: ["typescript@5.9", nodeTypes, "reflect-metadata"],
    files: {
      "main.ts": `import "reflect-metadata";
import { Pool } from "@manyhands/process";
const Injectable = (): ClassDecorator => () => {};
@Injectable()
class Numbers {
  readonly pool = new Pool(1);
  triple(items: number[]): Promise<number[]> { return this.pool.map((n: number) => n * 3, items); }
}
void (async () => {
  const numbers = new Numbers();
  console.log("42 42", (await numbers.triple([1, 2, 3])).join(" "));
  await numbers.pool.close();
})();
`,
    },
    run: [
      "tsc --target es2022 --module commonjs --moduleResolution node10 --strict --experimentalDecorators --emitDecoratorMetadata --types node --outDir out main.ts",
      "node out/main.js",
    ],
  },
  "ts-node": {
    install: ["ts-node", "typescript@5.9", nodeTypes],
    files: {
      "main.ts": typed,
      "tsconfig.json":
        '{ "compilerOptions": { "module": "commonjs", "moduleResolution": "node10", "target": "es2022", "strict": true, "types": ["node"] } }',
    },
    run: ["ts-node main.ts"],
  },
  tsx: { install: ["tsx"], files: { "main.ts": typed }, run: ["tsx main.ts"] },
  "swc-node": {
    install: ["@swc-node/register", "@swc/core", "typescript@5.9"],
    files: { "main.ts": typed },
    run: ["node -r @swc-node/register main.ts"],
  },
  "Jest, CommonJS": {
    install: ["jest"],
    files: { "main.test.js": jestTest('const { Pool, Process } = require("@manyhands/process");') },
    run: ["jest"],
  },
  "Jest, ES modules": {
    install: ["jest"],
    files: {
      "main.test.mjs": jestTest('import { Pool, Process } from "@manyhands/process";'),
      "jest.config.json": '{ "testMatch": ["**/*.test.mjs"] }',
    },
    run: ["node --experimental-vm-modules node_modules/jest/bin/jest.js"],
  },
  Vitest: {
    install: ["vitest@4", "vite@7"],
    files: {
      "main.test.ts": `import { expect, test } from "vitest";\n${jestTest('import { Pool, Process } from "@manyhands/process";')}`,
    },
    run: ["vitest run"],
  },
  fastify: {
    install: ["fastify"],
    files: {
      "main.mjs": `import fastify from "fastify";
import { Pool } from "@manyhands/process";
const pool = new Pool(1);
const app = fastify();
app.get("/triple/:n", async ({ params }) => pool.apply((n) => n * 3, [Number(params.n)]));
const answer = await app.inject("/triple/14");
console.log(answer.body, 42, 3, 6, 9);
await app.close();
await pool.close();
`,
    },
    run: ["node main.mjs"],
  },
  "esbuild, package external": bundled(
    "esbuild",
    "esbuild main.mjs --bundle --platform=node --format=esm --external:@manyhands/process --outfile=out/main.mjs",
  ),
  "esbuild to CommonJS, package external": bundled(
    "esbuild",
    "esbuild main.mjs --bundle --platform=node --format=cjs --external:@manyhands/process --outfile=out/main.cjs",
    "out/main.cjs",
  ),
  "Rollup, package external": bundled(
    "rollup",
    "rollup main.mjs --external @manyhands/process --format es --file out/main.mjs",
  ),
  "Rolldown, package external": bundled(
    "rolldown",
    "rolldown main.mjs --platform node --external @manyhands/process --file out/main.mjs",
  ),
  "webpack, package external": {
    install: ["webpack", "webpack-cli"],
    files: {
      "main.mjs": asImport,
      "webpack.config.cjs": `module.exports = {
  mode: "production", target: "node20", entry: "./main.mjs", experiments: { outputModule: true },
  output: { path: __dirname + "/out", filename: "main.mjs", library: { type: "module" } },
  externalsType: "module", externals: ["@manyhands/process"],
};
`,
    },
    run: ["webpack", "node out/main.mjs"],
  },
  "Next, package external": {
    ...next('{ serverExternalPackages: ["@manyhands/process"] }'),
    note: 'with `serverExternalPackages: ["@manyhands/process"]` in next.config',
  },
  "Next without configuration": { ...next() },
  "Next, output standalone": {
    ...next(`{ output: "standalone", ${tracing} }`, "force-dynamic"),
    run: ["next build", "mv .next/standalone ../next-deployed", "node call-server.mjs ../next-deployed"],
    note: `with \`${tracing}\` in next.config, and run outside of the project`,
  },
  pnpm: { manager: "pnpm", files: { "main.mjs": asImport }, run: ["node main.mjs"] },
  "Yarn Plug'n'Play": {
    manager: "yarn",
    files: { "main.mjs": asImport },
    run: ["npx --yes @yarnpkg/cli-dist@4 node main.mjs"],
  },
};

/** The table of docs/install.md. */
export function projectTable() {
  const rows = Object.entries(projects).map(([name, { install = [], run, note = "" }]) => {
    const commands = run.map((command) => `\`${command.replaceAll("|", "\\|")}\``).join("<br>");
    return `| ${name} | ${install.join(", ")} | ${commands} | ${note} |`;
  });
  return ["| project | with | commands | note |", "|:--|:--|:--|:--|", ...rows].join("\n");
}
