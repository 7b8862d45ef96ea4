import { readFileSync } from "node:fs";

/** The text of a file of the system, or `undefined` where it cannot be read: many exist only on Linux. */
export function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
