import { libc } from "./libc.ts";

/** Why a Node process cannot be forked on this machine; `null` when it can. Loads koffi. */
export function forkRefusal(): string | null {
  const { platform, arch } = process;
  if (platform !== "linux") return `a real fork of Node needs Linux, and this is ${platform}`;
  if (arch !== "x64" && arch !== "arm64") return `a real fork of Node needs x64 or arm64, and this is ${arch}`;
  try {
    libc();
    return null;
  } catch (error) {
    return `a real fork of Node calls the system through koffi, which cannot be loaded: ${(error as Error).message}`;
  }
}
