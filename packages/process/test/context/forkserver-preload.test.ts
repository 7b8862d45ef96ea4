import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAllStartMethods, Process, setForkserverPreload } from "@manyhands/process";
import { describe, expect, it } from "vitest";

const module = new URL("../fixture/imported-by.js", import.meta.url);
const relations = async () => {
  const child = new Process({ module, name: "relations" }, { startMethod: "forkserver" });
  return (await child.start().result()) as { importedBy: number; parent: number; own: number };
};

describe.runIf(getAllStartMethods().includes("forkserver"))("setForkserverPreload()", () => {
  it("makes the server import modules, once for all children", async () => {
    setForkserverPreload([module, new URL("file:///no/such/module.js")]);
    for (let i = 0; i < 2; i++) {
      const { importedBy, parent, own } = await relations();
      expect(importedBy).toBe(parent);
      expect(importedBy).not.toBe(own);
    }
  });

  it("throws when the argument is not a list of modules", {
    tags: ["TestStartMethod.test_context_check_module_types"],
  }, () => {
    expect(() => setForkserverPreload("./job.js" as never)).toThrow(TypeError);
    expect(() => setForkserverPreload([1 as never])).toThrow(TypeError);
    expect(() => setForkserverPreload(["./job.js"])).toThrow(/relative to what/);
  });

  // A program in a folder of its own, with a package in its node_modules.
  const program = `
    import { isMain, Process, setForkserverPreload } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
    console.log("main imported");
    export const ask = async () => (await import("tool")).lock.tryAcquire();
    if (isMain(import.meta)) {
      setForkserverPreload(["tool", new URL(import.meta.url)]);
      for (let i = 0; i < 2; i++) {
        const child = new Process({ module: new URL(import.meta.url), name: "ask" }, { startMethod: "forkserver" }).start();
        console.log(await child.result(), await child.join());
      }
    }`;
  const tool = `
    import { getContext } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
    export const lock = new (getContext("forkserver").Lock)();
    console.log("tool imported");`;

  it("imports packages by name and the main module once, with locks that are made at import", {
    tags: [
      "TestStartMethod.test_preload_resources",
      "_TestSpawnedSysPath.test_forkserver_preload_imports_sys_path",
      "_TestSpawnedSysPath.test_std_streams_flushed_after_preload",
      "MiscTestCase.test_preload_main",
    ],
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "manyhands-preload-"));
    try {
      mkdirSync(join(folder, "node_modules/tool"), { recursive: true });
      writeFileSync(join(folder, "node_modules/tool/package.json"), '{ "type": "module", "exports": "./index.js" }');
      writeFileSync(join(folder, "node_modules/tool/index.js"), tool);
      writeFileSync(join(folder, "main.mjs"), program);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ["main.mjs"], { cwd: folder });
      expect(stderr).toBe("");
      expect(stdout.split("\n").sort()).toEqual(
        ["", "main imported", "main imported", "tool imported", "true 0", "true 0"].sort(),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ["ignore", "undefined 7", ""],
    ["warn", "undefined 7", "The fork server cannot preload file:///no/such/module.js: Error [ERR_MODULE_NOT_FOUND]"],
    ["fail", "ERR_MANYHANDS_WORKER_DIED undefined", "The fork server cannot preload file:///no/such/module.js"],
  ])("with onError %s, reports a module that cannot be imported", async (onError, expected, stderrStart) => {
    const text = `
      import { Process, setForkserverPreload } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
      setForkserverPreload([new URL("file:///no/such/module.js")], { onError: "${onError}" });
      const child = new Process(() => 7, { startMethod: "forkserver" }).start();
      const outcome = await child.result().then((value) => ({ value }), (error) => error);
      console.log(outcome.code, outcome.value);`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", text]);
    expect(stdout.trim()).toBe(expected);
    if (stderrStart === "") expect(stderr).toBe("");
    else expect(stderr).toContain(stderrStart);
  });

  it("throws when there is no such action", () => {
    expect(() => setForkserverPreload([], { onError: "raise" as never })).toThrow(RangeError);
    expect(() => setForkserverPreload([], { onErrors: "warn" } as never)).toThrow(/did you mean "onError"/);
  });
});
