import { afterEach, expect, it } from "vitest";
import type { PackedValue } from "../../src/callable/form/packed-value.ts";
import { packError } from "../../src/callable/pack/pack-answer.ts";
import { runApply } from "../../src/pool/call/apply-call.ts";
import { startMap } from "../../src/pool/call/item-calls.ts";
import type { CancelOutcome } from "../../src/pool/schedule/task.ts";
import type { WorkerSet } from "../../src/pool/schedule/worker-set.ts";
import { knownFunction } from "../../src/pool/wire/known-function.ts";
import { type FakeWorker, fakeWorkerSet } from "./fake-worker-set.ts";

const reason = new Error("not wanted");
let set: WorkerSet;
let workers: FakeWorker[];
let how: CancelOutcome[];
let abort: AbortController;

const identity = (x: unknown) => x;

/** Starts a set with one worker and a call. */
function begin(start: (options: object) => Promise<unknown>): Promise<unknown> {
  how = [];
  abort = new AbortController();
  ({ set, workers } = fakeWorkerSet({ most: 1, least: 1 }));
  const call = start({ signal: abort.signal, onCancel: (outcome: CancelOutcome) => how.push(outcome) });
  return call.catch((error) => error);
}
const apply = (options: object) => runApply(set, knownFunction(identity, "process"), [1], options);

/** Lets the only worker boot, and get its task. */
async function boot(): Promise<[FakeWorker, number]> {
  await null;
  const worker = workers[0] as FakeWorker;
  worker.receive({ type: "ready" });
  await null;
  return [worker, worker.tasks.shift() as number];
}

afterEach(() => {
  set.terminate(() => reason);
  for (const worker of workers) worker.end(0);
});

it("a call that is cancelled before a worker has it was not started", async () => {
  const call = begin(apply);
  await null;
  abort.abort(reason);
  expect([await call, how]).toEqual([reason, ["not started"]]);
});

it("a call that is cancelled while its answer is rebuilt has stopped", async () => {
  const call = begin(apply);
  const [worker, id] = await boot();
  worker.receive([id, 1, undefined, [[null, packError(new Error("its own"), "process") as PackedValue]]]);
  abort.abort(reason);
  expect([await call, how]).toEqual([reason, ["stopped"]]);
});

it("a call that is cancelled after its worker crashed, before its next attempt, was killed", async () => {
  const call = begin((options) => apply({ ...options, retry: { attempts: 2 } }));
  const [worker] = await boot();
  worker.end(1);
  while (workers.length === 1) await null;
  abort.abort(reason);
  expect([await call, how]).toEqual([reason, ["killed"]]);
});

it("a map that is cancelled between two items has stopped", async () => {
  const call = begin((options) => {
    const onProgress = () => abort.abort(reason);
    return startMap(set, "map", identity, [1, 2], { ...options, chunkSize: 1, onProgress }, {} as never);
  });
  const [worker, id] = await boot();
  worker.receive([id, 1, [1]]);
  expect([await call, how]).toEqual([reason, ["stopped"]]);
});
