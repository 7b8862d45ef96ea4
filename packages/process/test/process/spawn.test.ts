import { Process } from "@manyhands/process";
import { expect, it } from "vitest";
import { processContract } from "./contract.ts";

processContract("spawn");

it("a spawned child loads no heavy modules of Node", async () => {
  const target = { module: new URL("../fixture/loaded.js", import.meta.url), name: "loaded" };
  const child = new Process(target, { startMethod: "spawn", execArgv: [] }).start();
  const loaded = (await child.result()) as string[];
  expect(loaded).toContain("NativeModule v8");
  const heavy = ["net", "worker_threads", "child_process", "crypto", "perf_hooks", "internal/fs/streams"];
  expect(heavy.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
  expect(await child.join()).toBe(0);
});
