import { Process, WorkerDiedError } from "@manyhands/process";
import { expect, it } from "vitest";

const allocate = { module: new URL("../fixture/job.js", import.meta.url), name: "allocate" };

it("a thread that outgrows its limits dies of it, and says so; the program lives on", async () => {
  const child = new Process(allocate, { resourceLimits: { maxOldGenerationSizeMb: 16 }, stderr: "pipe" }).start();
  const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
  expect(error).toBeInstanceOf(WorkerDiedError);
  expect(error.cause).toMatchObject({ code: "ERR_WORKER_OUT_OF_MEMORY" });
  expect(error.message).toContain("memory limit");
  expect(await child.join()).toBe(1);
});

it("a process that outgrows its limits is aborted, and its last words are kept", async () => {
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

it("limits of a thread are refused to a process, with what to write instead", () => {
  expect(() =>
    new Process(allocate, { startMethod: "spawn", resourceLimits: { maxOldGenerationSizeMb: 16 } }).start(),
  ).toThrow(/execArgv: \["--max-old-space-size=64"\]/);
});
