import { getAllStartMethods, Process, setForkserverPreload } from "@manyhands/process";
import { describe, expect, it } from "vitest";

const module = new URL("../fixture/imported-by.js", import.meta.url);
const relations = async () => {
  const child = new Process({ module, name: "relations" }, { startMethod: "forkserver" });
  return (await child.start().result()) as { importedBy: number; parent: number; own: number };
};

describe.runIf(getAllStartMethods().includes("forkserver"))("setForkserverPreload()", () => {
  it("has the server import modules, once for all children", async () => {
    setForkserverPreload([module, new URL("file:///no/such/module.js")]);
    for (let i = 0; i < 2; i++) {
      const { importedBy, parent, own } = await relations();
      expect(importedBy).toBe(parent);
      expect(importedBy).not.toBe(own);
    }
  });

  it("refuses what is no list of modules [TestStartMethod.test_context_check_module_types]", () => {
    expect(() => setForkserverPreload("./job.js" as never)).toThrow(TypeError);
    expect(() => setForkserverPreload([1 as never])).toThrow(TypeError);
    expect(() => setForkserverPreload(["./job.js"])).toThrow(/relative to what/);
  });
});
