import { execSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TargetError } from "@manyhands/process";
import type { PackedFunction, PackedValue, RunMessage } from "@manyhands/process/engine";
import { afterAll, describe, expect, it } from "vitest";
import { Admission } from "../src/code/admission.ts";
import { clientRoots } from "../src/code/roots.ts";
import { captureCall } from "./setup/captured.ts";

// The client's root is the repository, the worker program's a folder with other files.
const client = clientRoots();
const folder = mkdtempSync(join(tmpdir(), "manyhands-root-"));
const roots = { program: `${pathToFileURL(folder).href}/`, runtime: "file:///elsewhere/process/" };
mkdirSync(join(folder, "packages/cluster/test/fixture"), { recursive: true });
writeFileSync(join(folder, "packages/cluster/test/fixture/tasks.js"), "");
afterAll(() => rmSync(folder, { recursive: true }));

const here = (path: string) => new URL(path, import.meta.url);
const task = { module: here("fixture/tasks.js"), name: "double" };

async function admit(allowsCode: boolean, fn: unknown, args?: readonly unknown[]) {
  const isReference = typeof fn === "object" && fn !== task;
  const { run } = await captureCall(isReference ? task : fn, args);
  // The client itself refuses a module that it does not have; another program may send it.
  const target = { by: "reference", module: String((fn as typeof task).module), name: "fn" } as const;
  const functions = isReference ? [[run.functions[0]?.[0] ?? 0, target] as const] : run.functions;
  const { message, tasks, answers } = new Admission({ roots, allowsCode }, client).run({ ...run, functions });
  const [answer] = answers as unknown as [[number, number, unknown, [null, PackedValue][]]?];
  // The form of an error holds its class and its fields.
  const refusal = JSON.stringify(answer?.[3]?.[0]?.[1]?.value ?? null);
  return { message: message as RunMessage, tasks, refusal };
}

/** The bundles of functions in a packed value. */
function bundlesIn(value: unknown): { functions: PackedFunction[] }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === "bundle" ? [part] : bundlesIn(part)));
}

const captured = { deep: [1] };
const formKey = "manyhands:form";

describe("a worker program without --allow-code", () => {
  it("runs an export of a module below its root, which stands for the client's root", async () => {
    const { message, tasks } = await admit(false, task, [2]);
    expect(tasks).toBe(1);
    expect(message.functions[0]?.[1]).toEqual({
      by: "reference",
      module: `${roots.program}packages/cluster/test/fixture/tasks.js`,
      name: "double",
    });
  });

  it.each<[string, unknown, unknown[], RegExp]>([
    ["a function sent as text", () => captured, [], /takes no code.*--allow-code/],
    ["a function in an argument", task, [{ callback: () => captured }], /takes no code/],
    ["a bound function in an argument", task, [Math.max.bind(null, 1)], /takes no code/],
    ["an object of a class of the program", task, [new (class Own {})()], /takes no code/],
    ["a function of a built-in module", execSync, ["true"], /Cannot (run|import)/],
    [
      "a built-in module",
      { module: "node:child_process", name: "execSync" },
      ["true"],
      /Cannot import node:child_process/,
    ],
    [
      "a module in the URL",
      { module: new URL("data:text/javascript,export const fn = 1"), name: "fn" },
      [],
      /Cannot import data:/,
    ],
    [
      "a module outside of the root",
      { module: new URL("file:///etc/passwd.js"), name: "fn" },
      [],
      /is not a module below the client's root/,
    ],
    [
      "an installed package",
      { module: here("../../../node_modules/typescript/lib/typescript.js"), name: "sys" },
      [],
      /is not a module below/,
    ],
    [
      "a path with an encoded slash",
      { module: here("fixture/..%2f..%2ftasks.js"), name: "fn" },
      [],
      /is not a module below/,
    ],
  ])("refuses %s", async (_, fn, args, message) => {
    const { tasks, refusal } = await admit(false, fn, args);
    expect(tasks).toBe(0);
    expect(refusal).toMatch(message);
  });

  it("refuses a module that is no part of the runtime, in place of a handle's", async () => {
    const { run } = await captureCall(task, [{ a: 1 }]);
    const input = run.tasks[0]?.[2] as unknown as { packed: { modules: string[] } };
    input.packed.modules.push("file:///tmp/evil.js");
    const { tasks } = new Admission({ roots, allowsCode: false }, client).run(run);
    expect(tasks).toBe(0);
  });

  it("refuses the handle of an object in shared memory, and a descriptor, in the input and in a cancellation", async () => {
    const lock = { [formKey]: ["shareable", { kind: "Lock", data: { segment: { path: "/etc/passwd" } } }] };
    const encoded = { value: lock, hasForms: true, modules: [], requests: [], packageClasses: [], functions: false };
    const { run } = await captureCall(task, [{ a: 1 }]);
    const [id, functionId] = run.tasks[0] as unknown as [number, number];
    const admission = new Admission({ roots, allowsCode: true }, client);
    for (const packed of [encoded, { ...encoded, hasForms: false, descriptors: ["4"] }]) {
      expect(admission.run({ ...run, tasks: [[id, functionId, { packed }]] }).tasks).toBe(0);
      expect(() => admission.control({ type: "cancel", id: 1, reason: packed })).toThrow(/to another machine/);
    }
  });

  it("refuses the module and the value of a carried context, once for all tasks that share it", async () => {
    const { run } = await captureCall(task, [1]);
    const [id, functionId, input] = run.tasks[0] as unknown as [number, number, number[]];
    const withContext = (module: string) => {
      const context = [[{ key: "k", module, label: "l" }, "value"]] as const;
      const tasks = [1, 2].map((n) => [id + n, functionId, input, undefined, 0, false, undefined, context] as const);
      return new Admission({ roots, allowsCode: false }, client).run({ ...run, tasks });
    };
    expect(withContext("data:text/javascript,0").tasks).toBe(0);
    const admitted = withContext(here("fixture/tasks.js").href);
    expect(admitted.tasks).toBe(2);
    expect(JSON.stringify(admitted.message)).toContain(
      `"module":"${roots.program}packages/cluster/test/fixture/tasks.js"`,
    );
  });

  it("refuses tasks and another boot message in place of a cancellation", async () => {
    const { boot, run } = await captureCall(() => captured);
    const admission = new Admission({ roots, allowsCode: false }, client);
    for (const message of [run, run.tasks, { type: "boot", boot }])
      expect(() => admission.control(message as never)).toThrow(TypeError);
    expect(() => admission.control({ type: "ping" })).not.toThrow();
  });

  it("passes on a run message as one, whatever else it says that it is", async () => {
    const { run } = await captureCall(task, [1]);
    const other = { ...run, type: "cancel", id: 1, reason: { value: 1 } } as never as RunMessage;
    const { message } = new Admission({ roots, allowsCode: false }, client).run(other);
    expect(Object.keys(message).sort()).toEqual(["forget", "functions", "tasks", "type", "values"]);
    expect(message).toMatchObject({ type: "run" });
  });

  it.each<[string, (functions: PackedFunction[], imported: PackedFunction) => void]>([
    [
      "an object that a built-in function makes",
      (functions, imported) => {
        const execFile = { from: "builtin", module: "node:child_process", name: "execSync" } as const;
        functions[0] = { ...imported, reducer: { toPlain: execFile, fromPlain: execFile } };
      },
    ],
    [
      "a function under a name in place of an index",
      (functions, imported) => {
        const [text] = functions;
        functions[0] = imported;
        Object.assign(functions, { evil: text });
      },
    ],
  ])("refuses %s", async (_, change) => {
    const { run } = await captureCall(task, [{ callback: () => captured }]);
    const input = run.tasks[0]?.[2] as unknown as { packed: PackedValue };
    const [bundle] = bundlesIn(input.packed.value);
    const request = { specifier: here("fixture/tasks.js").href, from: null, attributes: {} };
    change(bundle?.functions as PackedFunction[], {
      by: "source",
      source: { from: "import", request, name: "double", isLive: false },
    });
    expect(new Admission({ roots, allowsCode: false }, client).run(run).tasks).toBe(0);
  });

  it("refuses an initializer that is code", async () => {
    const { boot, run } = await captureCall(() => captured);
    const initializer = run.functions[0]?.[1] ?? null;
    const admission = new Admission({ roots, allowsCode: false }, client);
    expect(() => admission.boot({ ...boot, initializer })).toThrow(TargetError);
  });

  it("refuses the later tasks of a function that it refused, and runs those of others", async () => {
    const [bad, good] = [await captureCall(() => captured), await captureCall(task, [1])];
    const admission = new Admission({ roots, allowsCode: false }, client);
    expect(admission.run(bad.run).tasks).toBe(0);
    const { answers } = admission.run(bad.run.tasks);
    expect(answers).toHaveLength(1);
    expect(admission.run({ ...good.run, tasks: [...bad.run.tasks, ...good.run.tasks] })).toMatchObject({
      tasks: 1,
      answers: [[bad.run.tasks[0]?.[0], 0, [], [[null, {}]]]],
    });
  });
});

describe("a worker program with --allow-code", () => {
  it("runs functions that are sent as text, with the modules below its root", async () => {
    const { tasks, message } = await admit(true, () => captured);
    expect(tasks).toBe(1);
    expect(JSON.stringify(message.functions)).toContain(roots.program);
    expect(JSON.stringify(message.functions)).not.toContain(client.program);
  });

  it("names both roots when a module is missing", async () => {
    const { refusal } = await admit(true, { module: here("fixture/other.js"), name: "fn" });
    expect(refusal).toContain(`Cannot import packages/cluster/test/fixture/other.js on ${hostname()}`);
    expect(refusal).toContain(`the client's root is ${fileURLToPath(client.program)}`);
    expect(refusal).toContain(`${folder}/ there has no such file; start the worker program with --root FOLDER`);
  });
});
