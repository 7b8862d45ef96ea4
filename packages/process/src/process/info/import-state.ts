import { identity } from "./process-identity.ts";

let importing: string | null = null;

/** Notes which module this child imports to find its target, while it does. */
export async function whileImporting<T>(module: string | null, load: () => Promise<T>): Promise<T> {
  importing = module;
  try {
    return await load();
  } finally {
    importing = null;
  }
}

/** Whether this is a child in the midst of importing the program's main module, where starting processes would never end. */
export function isImporting(): boolean {
  return importing !== null && importing === identity().mainModule;
}
