import { Process, WorkerDiedError } from "@manyhands/process";
import { expect, it } from "vitest";

const allocate = { module: new URL("../fixture/job.js", import.meta.url), name: "allocate" };

it("a thread that exceeds its memory limit ends with an error that says so", async () => {
  const child = new Process(allocate, { resourceLimits: { maxOldGenerationSizeMb: 16 }, stderr: "pipe" }).start();
  const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
  expect(error).toBeInstanceOf(WorkerDiedError);
  expect(error.cause).toMatchObject({ code: "ERR_WORKER_OUT_OF_MEMORY" });
  expect(error.message).toContain("memory limit");
  expect(await child.join()).toBe(1);
});

it("a process that exceeds its heap limit aborts, and the error has its stderr tail", async () => {
  const child = new Process(allocate, {
    startMethod: "spawn",
    execArgv: ["--max-old-space-size=16"],
    stderr: "pipe",
    stdout: "ignore",
  }).start();
  const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
  expect(error).toMatchObject({ exitCode: -6, signal: "SIGABRT" });
  expect(error.stderr).not.toBe("");
  expect(await child.join()).toBe(-6);
});

it("start() refuses resourceLimits for a process, and names the fix", () => {
  expect(() =>
    new Process(allocate, { startMethod: "spawn", resourceLimits: { maxOldGenerationSizeMb: 16 } }).start(),
  ).toThrow(/execArgv: \["--max-old-space-size=64"\]/);
});
