import { readFileSync } from "node:fs";

/** A sentence, or a line of it, that a reader sees: in a comment, a string or a page. */
export interface Prose {
  readonly line: number;
  readonly text: string;
}

/** Words that CONTRIBUTING.md rules out, with what to write instead. Code words such as `Math.floor` are not prose. */
export const avoided: readonly (readonly [RegExp, string])[] = [
  [/\b(tells?|told|telling)\b/i, "report, send, notify, print, measure or distinguish"],
  [/\bword of\b/i, "report, notification"],
  [/\b(born|births?|bears?|bore|newborns?|brought into the world)\b/i, "start, create"],
  [/\b(dead|deaths?|dies|died|dying|bury|buried|buries)\b/i, "exited, crashed, killed; the exit"],
  [/\bstillborn\b/i, "failed to start"],
  [/\blast words\b/i, "stderr tail"],
  [/\b(family|families|parenthood|kin)\b/i, "process tree, may have children"],
  [/\b(crews?|soloists?)\b/i, "workers, baseline"],
  [/\b(innocent|blame[ds]?|suspects?)\b/i, "unaffected, attribute the crash to, suspected"],
  [/\bdoors?\b/i, "bootstrap script"],
  [
    /\b(mend(s|ed|ing)?|anew|in vain|seldom|beforehand|for ever)\b/i,
    "fix, again, without effect, rarely, before, never ends",
  ],
  [/\bin the midst\b/i, "during, while"],
  [/\b(to be had|not to be had)\b/i, "available, unavailable"],
  [/\bstands? (in|on|at|for itself|there|before|beside)\b/i, "is in, is stored in"],
  [/\b(goes with|goes as|travels?)\b/i, "is sent as, is copied to"],
  [/\b(houses?|floors?|roofs?)\b/i, "package, layer, entry point"],
  [
    /\b(haste|lingers?|lingering|deaf|bye|peace|peaceful|peacefully)\b/i,
    "effort level, spin, not listening, goodbye message, clean",
  ],
  [/\b(rehears(al|als|es|ed|e)|rehearsing)\b/i, "warm-up run"],
  [/\blines? of Node\b/i, "Node 20, 22, 24, 26; release lines"],
  [/\b(whoever|nobody|somebody|whosoever)\b/i, "the noun: the worker, the parent, no process"],
];

const longest = 120;

/** What is wrong with the prose of a file, one sentence per fault. */
export function findFaults(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const isPage = path.endsWith(".md");
  const lines = text.split("\n");
  const long = isPage
    ? []
    : lines.flatMap((line, i) =>
        line.length > longest && isProse(line) ? [`${i + 1}: longer than ${longest} columns`] : [],
      );
  const prose = isPage ? pageProse(text) : /\.(py|yml)$|\/run$/.test(path) ? scriptProse(text) : codeProse(text);
  return [
    ...long,
    ...prose.flatMap(({ line, text }) =>
      avoided.flatMap(([pattern, instead]) => {
        const found = pattern.exec(text)?.[0];
        return found === undefined ? [] : [`${line}: "${found}": write ${instead}`];
      }),
    ),
  ];
}

function isProse(line: string): boolean {
  return /^\s*(\/\/|\*|\/\*|# )/.test(line) && !/https?:/.test(line);
}

/** The comments and strings of a TypeScript or JavaScript file, line by line. */
export function codeProse(text: string): Prose[] {
  const prose: Prose[] = [];
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:!&|?[{};\n]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found.startsWith("/") && !found.startsWith("//") && !found.startsWith("/*")) continue;
    const first = text.slice(0, index).split("\n").length;
    const shown = found.startsWith("`") ? found.slice(1, -1).replace(/\$\{[^{}]*\}/g, "…") : found;
    // Code in a comment is not prose, and neither is a module's name or a key.
    const isKey = /^["'][^\s"']*["']$/.test(shown);
    if (!isKey) {
      shown.split("\n").forEach((line, i) => {
        prose.push({ line: first + i, text: line.replace(/`[^`]*`/g, "…").replace(/\{@link [^}]*\}/g, "…") });
      });
    }
  }
  return prose;
}

/** The comments of a shell script, a Python program or a YAML file. */
function scriptProse(text: string): Prose[] {
  return text.split("\n").flatMap((line, i) => {
    const comment = /(?:^|\s)#\s(.*)/.exec(line)?.[1];
    return comment === undefined ? [] : [{ line: i + 1, text: comment }];
  });
}

function pageProse(text: string): Prose[] {
  let isCode = false;
  return text.split("\n").flatMap((line, i) => {
    if (line.trimStart().startsWith("```")) isCode = !isCode;
    return isCode ? [] : [{ line: i + 1, text: line.replace(/`[^`]*`/g, "…").replace(/\]\([^)]*\)/g, "]") }];
  });
}
