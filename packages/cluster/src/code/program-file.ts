import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rootPath } from "./roots.ts";

/** A file below a root, by its path there, and the hash of its content. */
export type FileHash = readonly [path: string, hash: string];

const lockFiles = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"];

/** The hashes that were computed, by path, with the state of the file then. */
const hashes = new Map<string, { readonly state: string; readonly hash: string }>();

/** The hash of a file's present content; `undefined` when it cannot be read. @param url its URL. */
export function hashOfFile(url: string): string | undefined {
  try {
    const path = fileURLToPath(url);
    const { mtimeMs, size } = statSync(path);
    const state = `${mtimeMs} ${size}`;
    const known = hashes.get(path);
    if (known?.state === state) return known.hash;
    const hash = hashOf(path);
    hashes.set(path, { state, hash });
    return hash;
  } catch {
    return undefined;
  }
}

/** The lock file of a program, in its root or above, with its name in place of its path; `null` when there is none. */
export function lockFileOf(root: string): FileHash | null {
  for (let folder = rootPath(root); ; folder = dirname(folder)) {
    const name = lockFiles.find((each) => existsSync(join(folder, each)));
    if (name !== undefined) return [name, hashOf(join(folder, name))];
    if (folder === dirname(folder)) return null;
  }
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("base64url").slice(0, 16);
}

/** Whether a module is one of the program's own: below the root, and not of an installed package. */
export function isOwnModule(url: string, root: string): boolean {
  return isBelow(url, root) && !/\/node_modules\//.test(url.slice(root.length - 1));
}

/** Whether the URL of a file is below another URL, which ends with "/". */
export function isBelow(url: string, root: string): boolean {
  // The path of a URL has no ".." left once it is parsed.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.href.startsWith(root) === true && parsed.href === url && !/%2f|%5c/i.test(parsed.pathname);
}
