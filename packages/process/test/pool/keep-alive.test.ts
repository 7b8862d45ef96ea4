import { expect, it, vi } from "vitest";
import { runApply } from "../../src/pool/call/apply-call.ts";
import { knownFunction } from "../../src/pool/wire/known-function.ts";
import { Random } from "../chaos/random.js";
import { fakeWorkerSet } from "./fake-worker-set.ts";

/** Runs a schedule of events, and fails when a promise is pending that does not keep the program alive. */
async function runSchedule(seed: string, breaksOnCrash: boolean): Promise<void> {
  const random = new Random(seed);
  const intervals = vi.spyOn(globalThis, "setInterval");
  const { set, workers } = fakeWorkerSet({
    least: random.pick([0, 2]),
    concurrentTasks: random.pick([1, 3]),
    maxTasksPerWorker: random.pick([2, Number.POSITIVE_INFINITY]),
    isStrictlyOrdered: breaksOnCrash,
    breaksOnCrash,
  });
  const keepAlive = intervals.mock.results[0]?.value as NodeJS.Timeout;
  intervals.mockRestore();
  let pending = 0;
  const log: string[] = [];
  const follow = (promise: Promise<unknown>) => {
    pending += 1;
    const done = () => {
      pending -= 1;
    };
    promise.then(done, done);
  };
  const fn = knownFunction((x: unknown) => x, "process");
  const living = () => workers.filter(({ isEnded }) => !isEnded);
  const events: Record<string, () => void> = {
    apply: () => {
      if (set.state !== "open") return;
      const controller = new AbortController();
      if (random.below(4) === 0) queueMicrotask(() => controller.abort(new Error("aborted")));
      follow(runApply(set, fn, [1], random.below(2) === 0 ? {} : { signal: controller.signal }));
    },
    ready: () => {
      const worker = random.pick(living().filter(({ isReady }) => !isReady));
      if (worker === undefined) return;
      worker.isReady = true;
      worker.receive({ type: "ready" });
    },
    answer: () => {
      const worker = random.pick(living().filter(({ tasks }) => tasks.length > 0));
      // An answer with an error is read asynchronously.
      const id = worker?.tasks.shift();
      if (id !== undefined) worker?.receive(random.below(2) === 0 ? [id, 1, 1] : [id, 1, { packed: 1 as never }]);
    },
    exit: () => random.pick(living().filter(({ isAsked }) => isAsked))?.end(0),
    crash: () => random.below(4) === 0 && random.pick(living())?.end(-9),
    resize: () => set.state === "open" && set.resize(1 + random.below(3)),
    close: () => random.below(4) === 0 && set.close(),
    terminate: () => random.below(8) === 0 && set.terminate(() => new Error("terminated")),
    join: () => set.state !== "open" && follow(set.join()),
  };
  const step = async (name: string) => {
    log.push(name);
    (events[name] as () => void)();
    for (let i = 0; i < 20; i++) {
      const isHeld = keepAlive.hasRef();
      await null;
      if (pending > 0 && !isHeld && !keepAlive.hasRef()) throw new Error(`not kept alive after ${log.join(", ")}`);
    }
  };
  for (let i = 0; i < 60; i++) await step(random.pick(Object.keys(events)) as string);
  if (set.state === "open") set.terminate(() => new Error("the end"));
  await step("join");
  while (living().length > 0) {
    for (const worker of living()) worker.end(0);
    await step("join");
  }
  expect(pending).toBe(0);
}

it.each([
  ["a pool", false],
  ["an executor", true],
])(
  "the workers of %s keep the program alive while a call or join() is pending, in any order of events",
  async (_, breaksOnCrash) => {
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    for (let n = 0; n < 150; n++) await runSchedule(`keep alive ${n}`, breaksOnCrash);
    warnings.mockRestore();
  },
);
