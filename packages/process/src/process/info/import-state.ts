import { identity } from "./process-identity.ts";

let importing: string | null = null;

/** Records which module this child imports to find its target, while the import lasts. */
export async function whileImporting<T>(module: string | null, load: () => Promise<T>): Promise<T> {
  importing = module;
  try {
    return await load();
  } finally {
    importing = null;
  }
}

/**
 * Whether this child is importing the program's main module. A process started then would import it too, without end.
 */
export function isImporting(): boolean {
  return importing !== null && importing === identity().mainModule;
}
