import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const flags = ["-O2", "-pthread"] as const;

/**
 * Compiles a C program of this package with the machine's `cc`. The program is kept in the user's cache folder, under
 * a name that contains a hash of its source, and is compiled once.
 *
 * @param name the file in `native/`, without `.c`.
 * @returns the program's path, or `undefined` when there is no compiler or the compiler fails.
 */
export async function compileNative(name: string, env = process.env): Promise<string | undefined> {
  const source = fileURLToPath(new URL(`../../../native/${name}.c`, import.meta.url));
  const hash = createHash("sha256").update(readFileSync(source)).update(flags.join()).update(process.arch);
  const folder = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "manyhands-bench");
  const program = join(folder, `${name}-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(program)) return program;
  const draft = `${program}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    await promisify(execFile)("cc", [...flags, "-o", draft, source], { env, timeout: 30_000 });
    // Two runs may compile at once: each writes its own draft, and both drafts have the same content.
    renameSync(draft, program);
    return program;
  } catch {
    return undefined;
  }
}
