import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const source = fileURLToPath(new URL("../../../src/", import.meta.url));

/** A change of the source, in the bundle only. */
export interface Edit {
  /** The file, below `src/`. */
  readonly file: string;
  /** What is replaced. The bundle fails when the file does not have it: an edit without effect would show nothing. */
  readonly from: RegExp;
  readonly to: string;
}

/**
 * Waits spin once or twice only. No other thread runs while a thread spins, so each further spin would add schedules,
 * and all of them would end like the first.
 */
const fewSpins: readonly Edit[] = [
  { file: "memory/wait/spinner.ts", from: /const mostSpins = \d+;/, to: "const mostSpins = 2;" },
  { file: "memory/wait/spinner.ts", from: /const fewestSpins = \d+;/, to: "const fewestSpins = 1;" },
  { file: "memory/mutex.ts", from: /const spins = \d+;/, to: "const spins = 1;" },
];

/**
 * Bundles the worker with a program and the sources that this uses, so that a worker loads one text, without a loader.
 *
 * @param program the path of the program's module.
 * @param edits changes of the source, such as a planted fault. Default: none.
 * @returns CommonJS for `new Worker(code, { eval: true })`.
 */
export async function bundleProgram(program: string, edits: readonly Edit[] = []): Promise<string> {
  const entry = "program-in-a-worker";
  const unused = new Set([...fewSpins, ...edits]);
  const loaded = new Set<string>();
  const bundle = await rolldown({
    input: entry,
    platform: "node",
    external: /^node:/,
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === entry ? id : null),
        load(id) {
          if (id === entry)
            return `import { serve } from ${text(`${here}worker.ts`)};
            import { program } from ${text(program)};
            serve(program);`;
          if (!id.startsWith(source)) return null;
          let code = readFileSync(id, "utf8");
          loaded.add(relative(source, id));
          for (const edit of unused) {
            if (relative(source, id) !== edit.file || !edit.from.test(code)) continue;
            code = code.replace(edit.from, edit.to);
            unused.delete(edit);
          }
          return { code, moduleType: "ts" };
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: "cjs", codeSplitting: false });
  await bundle.close();
  // Not every program has a mutex.
  for (const edit of unused) if (fewSpins.includes(edit) && !loaded.has(edit.file)) unused.delete(edit);
  for (const { file, from } of unused) throw new Error(`Cannot edit src/${file}: it has no ${from}, change the edit`);
  return output[0].code;
}

function text(value: string): string {
  return JSON.stringify(value);
}
