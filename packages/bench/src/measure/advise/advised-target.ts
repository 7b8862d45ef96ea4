import { importModule } from "../worker/import-module.ts";

let work: ((item: unknown) => unknown) | undefined;

/** The initializer of a measured pool: loads the user's function, TypeScript included. */
export async function loadWork(url: string, name: string): Promise<void> {
  work = ((await importModule(url)) as Record<string, (item: unknown) => unknown>)[name];
}

/** The target of a measured pool: runs one item. */
export function runItem(item: unknown): unknown {
  return work?.(item);
}
