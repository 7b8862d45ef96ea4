import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { countThreads, startThreadPool } from "../posix/calls/threads.ts";

/** Packages whose addons have threads of their own. A child by fork lacks these threads. */
const packagesWithThreads = new Set([
  "@confluentinc/kafka-javascript",
  "@duckdb/node-api",
  "@parcel/watcher",
  "@prisma/client",
  "@tensorflow/tfjs-node",
  "classic-level",
  "duckdb",
  "node-rdkafka",
  "onnxruntime-node",
  "rocksdb",
  "sharp",
  "zeromq",
]);

const consequence =
  'a child by "fork" or "forkserver" has none of its parent\'s threads, and hangs when it waits for one; ' +
  'load the addon in the children only, or start them by "spawn"';

/**
 * Watches which native addons and threads an import adds. Threads that an addon starts at its first use are not seen.
 *
 * @returns gives the warnings, after the import.
 */
export async function watchNativeThreads(): Promise<() => string[]> {
  // Otherwise they start during the import, and look like those of an addon.
  await startThreadPool();
  const addonsBefore = new Set(loadedAddons());
  const threadsBefore = countThreads();
  return () => {
    const addons = loadedAddons().filter((addon) => !addonsBefore.has(addon));
    const threads = countThreads() - threadsBefore;
    const warnings: string[] = [];
    if (threads > 0)
      warnings.push(`The import started ${threads} ${threads === 1 ? "thread" : "threads"}: ${consequence}`);
    if (addons.length > 0) {
      const names = addons.map((addon) => basename(addon)).join(", ");
      warnings.push(
        `The import loaded native addons, which may start threads when they are used (${names}): ${consequence}`,
      );
    }
    return warnings;
  };
}

/** Warnings for the dependencies of a module's package that are known to have threads. Loads none of them. */
export function warnOfKnownAddons(file: string): string[] {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) {
      const found = dependenciesIn(path).filter((name) => packagesWithThreads.has(name));
      return found.map((name) => `The package depends on ${name}, whose addon has threads of its own: ${consequence}`);
    }
    if (folder === dirname(folder)) return [];
  }
}

function dependenciesIn(path: string): string[] {
  try {
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(path, "utf8"));
    return Object.keys({ ...dependencies, ...optionalDependencies });
  } catch {
    return [];
  }
}

function loadedAddons(): string[] {
  const { sharedObjects = [] } = process.report.getReport() as { sharedObjects?: readonly string[] };
  return sharedObjects.filter((path) => path.endsWith(".node"));
}
