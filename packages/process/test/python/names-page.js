// Makes `docs/coming-from-python.md` of the table in `python-names.js` and the first comments of the programs
// `examples/python-*.ts`. Run with --write-docs after a change of them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pythonNames } from "./python-names.js";

export const namesPage = new URL("../../docs/coming-from-python.md", import.meta.url);
const examples = new URL("../../../../examples/", import.meta.url);

/** The page, as text. */
export function namesText() {
  const modules = Object.entries(pythonNames).map(([name, rows]) => `## ${name}\n\n${table(rows)}`);
  return `# Coming from Python

A program of Python:

\`\`\`py
from multiprocessing import Pool

def f(x):
    return x * x

if __name__ == "__main__":
    with Pool(5) as p:
        print(p.map(f, [1, 2, 3]))
\`\`\`

\`\`\`text
[1, 4, 9]
\`\`\`

The same program here:

\`\`\`ts
import { Pool } from "@manyhands/process";

function f(x: number): number {
  return x * x;
}

await using p = new Pool(5); // threads; new Pool({ processes: 5, startMethod: "spawn" }) for processes
console.log(await p.map(f, [1, 2, 3]));
\`\`\`

\`\`\`text
[ 1, 4, 9 ]
\`\`\`

Names are Python's in camelCase, with five rules:

- What may wait returns a promise: \`await\` it. \`…Sync\` blocks the thread, and \`try…\` never waits.
- Time is in milliseconds: \`join(2)\` of Python is \`join({ timeoutMs: 2000 })\`.
- Keyword arguments are one object: \`new Queue(10)\`, \`new Pool({ processes: 4, maxTasksPerChild: 10 })\`.
- State that costs nothing is a property: \`process.isAlive\`, \`queue.size\`.
- \`with\` is \`using\` or \`await using\`; for locks it is \`await lock.hold(fn)\`.

Functions, lambdas and closures can be targets without \`if __name__ == "__main__"\`, see [targets](targets.md). The default start method
is \`thread\`: threads here run in parallel, each with a heap of its own.

Below is every public name of Python's modules with ours, then [Python's examples](#pythons-examples) as programs. Both lists are
generated: from \`test/python/python-names.js\`, and from the programs.

${modules.join("\n\n")}

## Python's examples

The programs of Python's pages, in TypeScript. Tests run each of them.

${listExamples().join("\n")}
`;
}

/** @param {readonly import("./python-names.js").Row[]} rows */
function table(rows) {
  const lines = rows.map(([python, ours, difference = ""]) => {
    const name = ours === null ? "none" : `\`${ours.replace(" (", "").replace(")", "")}\``;
    return `| \`${python}\` | ${name} | ${difference} |`;
  });
  return `| Python | here | difference |\n|---|---|---|\n${lines.join("\n")}`;
}

/** A line for each program of Python's pages: its name and its first comment. */
function listExamples() {
  const names = readdirSync(examples).filter((name) => /^python-.*\.ts$/.test(name));
  return names.sort().map((name) => {
    const [comment = ""] = /^(\/\/ .*\n)+/.exec(readFileSync(new URL(name, examples), "utf8")) ?? [];
    const text = comment
      .replaceAll(/\n?\/\/ /g, " ")
      .replace(/Python's `multiprocessing` page, /, "")
      .trim();
    return `- [${name}](../../../examples/${name}): ${text}`;
  });
}

if (process.argv.includes("--write-docs")) writeFileSync(namesPage, namesText());
