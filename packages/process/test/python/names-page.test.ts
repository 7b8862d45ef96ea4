import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as runtime from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { pythons } from "../connection/pythons.ts";
import { namesPage, namesText } from "./names-page.js";
import { pythonNames } from "./python-names.js";

// Prints the public names of Python's modules as JSON, and after `Class.` those of the members of their classes.
const script = `
import concurrent.futures as futures, json, queue
import multiprocessing as mp, multiprocessing.connection as connection, multiprocessing.managers as managers
import multiprocessing.pool as pool, multiprocessing.shared_memory as shared_memory
public = lambda thing: [name for name in dir(thing) if not name.startswith("_")]
modules = {m.__name__: m for m in (mp, shared_memory, managers, connection, pool, futures)}
samples = {
  "multiprocessing": {"Process": mp.Process, "Queue": mp.Queue(), "JoinableQueue": mp.JoinableQueue(), "Lock": mp.Lock(),
    "Semaphore": mp.Semaphore(), "Condition": mp.Condition(), "Event": mp.Event(), "Barrier": mp.Barrier(1)},
  "multiprocessing.shared_memory": {n: getattr(shared_memory, n) for n in ("SharedMemory", "ShareableList")},
  "multiprocessing.managers": {n: getattr(managers, n) for n in ("BaseManager", "SyncManager", "SharedMemoryManager")},
  "multiprocessing.connection": {n: getattr(connection, n) for n in ("Listener", "Connection")},
  "multiprocessing.pool": {"Pool": pool.Pool, "AsyncResult": pool.AsyncResult},
  "concurrent.futures": {n: getattr(futures, n) for n in ("Executor", "ProcessPoolExecutor", "Future")},
}
names = {m: list(module.__all__) for m, module in modules.items()}
for m, classes in samples.items():
  names[m] += [f"{label}.{name}" for label, sample in classes.items() for name in public(sample)]
names["queue"] = [name for name in ("Empty", "Full", "ShutDown") if hasattr(queue, name)]
print(json.dumps(names))
`;

/** The class of the table that has a member which a class of Python inherits, or has since a later version. */
const inherits: Readonly<Record<string, string>> = {
  JoinableQueue: "Queue",
  SyncManager: "BaseManager",
  SharedMemoryManager: "BaseManager",
  ProcessPoolExecutor: "Executor",
};

function isExported(path: string): boolean {
  const [, name = "", member] = /^(\w+)(?: \(\.\w+\)|\.(\w+))?$/.exec(path) ?? [];
  const found = (runtime as Record<string, unknown>)[name];
  if (found === undefined || member === undefined) return found !== undefined;
  const { prototype } = found as { prototype?: object };
  return (prototype !== undefined && member in prototype) || Object.hasOwn(found as object, member);
}

describe("coming-from-python.md", () => {
  it("is the page that its table generates", () => {
    // If not: node packages/process/test/python/names-page.js --write-docs
    expect(readFileSync(namesPage, "utf8")).toBe(namesText());
  });

  it("names only what the package exports", () => {
    const ours = Object.values(pythonNames).flatMap((rows) => rows.map(([, name]) => name));
    expect(ours.filter((name) => name !== null && !isExported(name))).toEqual([]);
  });

  it.each(pythons)("has every public name of Python $version", ({ command }) => {
    const names = JSON.parse(execFileSync(command, ["-c", script], { encoding: "utf8" })) as Record<string, string[]>;
    const missing = Object.entries(names).flatMap(([module, all]) => {
      const known = new Set(pythonNames[module]?.map(([name]) => name));
      const isKnown = (name: string) => {
        const [label = "", member] = name.split(".");
        return known.has(name) || (member !== undefined && known.has(`${inherits[label]}.${member}`));
      };
      return all.filter((name) => !isKnown(name)).map((name) => `${module}.${name}`);
    });
    expect(missing).toEqual([]);
  });
});
