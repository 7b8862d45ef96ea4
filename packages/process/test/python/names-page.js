// Makes `docs/coming-from-python.md` of the table in `python-names.js`. Run with --write-docs after a change of it.
import { writeFileSync } from "node:fs";
import { pythonNames } from "./python-names.js";

export const namesPage = new URL("../../docs/coming-from-python.md", import.meta.url);

/** The page, as text. */
export function namesText() {
  const modules = Object.entries(pythonNames).map(([name, rows]) => `## ${name}\n\n${table(rows)}`);
  return `# Coming from Python

Every public name of Python's modules, and ours. Names are Python's in camelCase, with five rules:

- What may wait returns a promise: \`await\` it. \`…Sync\` blocks the thread, and \`try…\` never waits.
- Time is in milliseconds: \`join(2)\` of Python is \`join({ timeoutMs: 2000 })\`.
- Keyword arguments are one object: \`new Queue(10)\`, \`new Pool({ processes: 4, maxTasksPerChild: 10 })\`.
- State that costs nothing is a property: \`process.isAlive\`, \`queue.size\`.
- \`with\` is \`using\` or \`await using\`; for locks it is \`await lock.hold(fn)\`.

Functions, lambdas and closures can be targets without \`if __name__ == "__main__"\`, see [targets](targets.md). Python's examples in our
form are the files \`python-*.ts\` in [\`examples\`](../../../examples). This page is generated from \`test/python/python-names.js\`.

${modules.join("\n\n")}
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

if (process.argv.includes("--write-docs")) writeFileSync(namesPage, namesText());
