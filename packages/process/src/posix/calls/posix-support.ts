import { existsSync } from "node:fs";
import { mayRead } from "../../base/permission.ts";
import { libc } from "./libc.ts";
import { ownSymbols } from "./own-symbols.ts";

/** Why a Node process cannot be forked on this machine; `null` when it can. Loads koffi. */
export function forkRefusal(): string | null {
  const { platform, arch } = process;
  if (platform !== "linux") return `a real fork of Node needs Linux, and this is ${platform}`;
  if (arch !== "x64" && arch !== "arm64") return `a real fork of Node needs x64 or arm64, and this is ${arch}`;
  if (!mayRead("/proc/self/task"))
    return "a real fork of Node reads /proc, which the options of Node forbid; start the program with --allow-fs-read=/proc";
  // It lists the threads whose waits a fork must end.
  if (!existsSync("/proc/self/task"))
    return 'a real fork of Node needs /proc, which is missing here; mount it (mount -t proc proc /proc), or use "spawn"';
  // V8's and libuv's functions are not bound here: a program that does not fork needs none of them.
  return (
    failureOf(ownSymbols, "a real fork of Node calls the system through koffi, which cannot be loaded") ??
    failureOf(libc, "a real fork of Node needs a function that the C library of this machine does not have")
  );
}

function failureOf(bind: () => unknown, what: string): string | null {
  try {
    bind();
    return null;
  } catch (error) {
    return `${what}: ${(error as Error).message}`;
  }
}
