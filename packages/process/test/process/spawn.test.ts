import { Process } from "@manyhands/process";
import { expect, it } from "vitest";
import { processContract } from "./contract.ts";

processContract("spawn");

it("a spawned child loads no heavy modules of Node", async () => {
  const heavy = ["net", "worker_threads", "child_process", "crypto", "perf_hooks", "internal/fs/streams"];
  const target = { module: new URL("../fixture/loaded.js", import.meta.url), name: "loaded" };
  // On a slow machine, a child that has not begun after 20 ms loads `net` in order to listen to its parent meanwhile.
  await expect
    .poll(async () => {
      const child = new Process(target, { startMethod: "spawn", execArgv: [] }).start();
      const loaded = (await child.result()) as string[];
      expect(await child.join()).toBe(0);
      return ["v8", ...heavy].filter((name) => loaded.includes(`NativeModule ${name}`));
    })
    .toEqual(["v8"]);
});
