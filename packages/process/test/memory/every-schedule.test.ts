import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ExploreOptions, explore } from "./schedule/explore.ts";
import { program as asyncConsumers } from "./schedule/program/async-consumers.ts";
import { program as asyncQueue } from "./schedule/program/async-queue.ts";
import { program as boundedQueue } from "./schedule/program/bounded-queue.ts";
import { program as condition } from "./schedule/program/condition.ts";
import { program as contendedMutex } from "./schedule/program/contended-mutex.ts";
import { program as largeQueue } from "./schedule/program/large-queue.ts";
import { program as awaitingLargeQueue } from "./schedule/program/large-queue-awaiting.ts";
import { program as blockingLargeQueue } from "./schedule/program/large-queue-blocking.ts";
import { program as semaphore } from "./schedule/program/semaphore.ts";
import { program as shortBoundedQueue } from "./schedule/program/short-bounded-queue.ts";
import { program as shutQueue } from "./schedule/program/shut-queue.ts";
import { program as twoConsumers } from "./schedule/program/two-consumers.ts";
import { program as twoProducers } from "./schedule/program/two-producers.ts";
import { program as watchedWord } from "./schedule/program/watched-word.ts";
import type { Program } from "./schedule/program.ts";

// Set EXPLORE_DEEPLY=1 to allow one more preemption: some hundred thousand schedules, which take ten minutes.
const isDeep = process.env.EXPLORE_DEEPLY === "1";
const longestTestMs = isDeep ? 1_800_000 : 300_000;
const deeper = isDeep ? 1 : 0;

const pathOf = (name: string) => fileURLToPath(new URL(`./schedule/program/${name}.ts`, import.meta.url));

async function expectNoFailure(name: string, program: Program, options: ExploreOptions): Promise<void> {
  const { preemptions = 1 } = options;
  const deep = { ...options, preemptions: preemptions + deeper };
  const { failure, schedules, withTimeouts } = await explore(program, pathOf(name), deep);
  if (isDeep) console.log(`${name}: ${schedules} schedules, ${withTimeouts} of them with timeouts`);
  expect(failure).toBeUndefined();
  // Fewer would mean that the scheduler does not see the steps of the program. That of the condition has few.
  expect(schedules).toBeGreaterThan(program === condition ? 400 : 500);
}

describe("every schedule with few preemptions", () => {
  it("Mutex lets one thread in at a time and wakes all three", { timeout: longestTestMs }, () =>
    expectNoFailure("contended-mutex", contendedMutex, { preemptions: 2 }),
  );

  it("Outbox delivers each item once, in order, while its thread waits for a lock", { timeout: longestTestMs }, () =>
    expectNoFailure("two-producers", twoProducers, { preemptions: 1 }),
  );

  it("a bounded queue delivers each item once, in order", { timeout: longestTestMs }, () =>
    expectNoFailure("bounded-queue", boundedQueue, { preemptions: 1, earlyTimeouts: true }),
  );

  it("a queue delivers each item once, in order, to an event loop", { timeout: longestTestMs }, () =>
    expectNoFailure("async-queue", asyncQueue, { preemptions: 1 }),
  );

  it("a bounded queue serves two producers and two consumers in event loops", { timeout: longestTestMs }, () =>
    expectNoFailure("async-consumers", asyncConsumers, { preemptions: 1 }),
  );

  it("a semaphore wakes all that it is released for, also when one aborts", { timeout: longestTestMs }, () =>
    expectNoFailure("semaphore", semaphore, { preemptions: 1, earlyTimeouts: true }),
  );

  it("a condition wakes each waiter that it notifies", { timeout: longestTestMs }, () =>
    expectNoFailure("condition", condition, { preemptions: 1 }),
  );

  it("a large bounded queue wakes a producer for each item that is taken", { timeout: longestTestMs }, () =>
    expectNoFailure("large-queue", largeQueue, { preemptions: 1 }),
  );

  it("a large bounded queue wakes producers before its consumer blocks", { timeout: longestTestMs }, () =>
    expectNoFailure("large-queue-blocking", blockingLargeQueue, { preemptions: 1 }),
  );

  it("a large bounded queue wakes producers while its consumer awaits", { timeout: longestTestMs }, () =>
    expectNoFailure("large-queue-awaiting", awaitingLargeQueue, { preemptions: 1 }),
  );

  it("the table of participants finds each thread that watches a word", { timeout: longestTestMs }, () =>
    expectNoFailure("watched-word", watchedWord, { preemptions: 2 }),
  );

  it("a bounded queue wakes each producer", { timeout: longestTestMs }, () =>
    expectNoFailure("short-bounded-queue", shortBoundedQueue, { preemptions: 2 }),
  );
});

describe("every schedule in which a thread is killed at some step", () => {
  it("Mutex passes on to the next thread", { timeout: longestTestMs }, () =>
    expectNoFailure("contended-mutex", contendedMutex, { preemptions: 1, killable: [0] }),
  );

  it("the table of participants finds the other thread that watches a word", { timeout: longestTestMs }, () =>
    expectNoFailure("watched-word", watchedWord, { preemptions: 1, killable: [0, 1] }),
  );

  it("a condition wakes the other waiter", { timeout: longestTestMs }, () =>
    expectNoFailure("condition", condition, { preemptions: 0, killable: [1, 2] }),
  );

  it("a queue loses only what the killed thread had not written or had just taken", { timeout: longestTestMs }, () =>
    expectNoFailure("two-producers", twoProducers, { preemptions: 0, killable: [0] }),
  );

  it("a bounded queue serves the other producers and consumers", { timeout: longestTestMs }, () =>
    expectNoFailure("two-consumers", twoConsumers, { preemptions: 0, killable: [0, 1, 2, 3] }),
  );
});

describe("every schedule in which a producer of a queue that is shut down is killed", () => {
  it("its consumers end", { timeout: longestTestMs }, () =>
    expectNoFailure("shut-queue", shutQueue, { preemptions: 0, killable: [0] }),
  );
});

describe("every schedule of event loops in which a thread is killed at some step", () => {
  it("a semaphore wakes the other waiters", { timeout: longestTestMs }, () =>
    expectNoFailure("semaphore", semaphore, { preemptions: 0, killable: [1, 2, 3] }),
  );

  it("a bounded queue serves the other event loops", { timeout: longestTestMs }, () =>
    expectNoFailure("async-consumers", asyncConsumers, { preemptions: 0, killable: [0, 1, 2, 3] }),
  );
});

describe("explore() finds a planted fault", () => {
  it.each([
    {
      fault: "a wait for the writers' mutex runs idle hooks, which flush the same outbox",
      name: "two-producers",
      program: twoProducers,
      edit: { file: "memory/ring.ts", from: /this\.#writers\.enterSync\(/, to: "this.#writers.takeSync(" },
      failure: /no end after|there twice|is missing/,
    },
    {
      fault: "Mutex.release() does not open the gate",
      name: "contended-mutex",
      program: contendedMutex,
      edit: { file: "memory/mutex.ts", from: /this\.gate\.open\(\);/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "Gate.open() does not wake",
      name: "contended-mutex",
      program: contendedMutex,
      edit: { file: "memory/gate.ts", from: /this\.#segment\.wakeOne\(this\.#word\);/, to: ";" },
      failure: /lost wake-up/,
    },
    {
      fault: "Gate.waitSync() makes its attempt before it sets the bit",
      name: "contended-mutex",
      program: contendedMutex,
      edit: {
        file: "memory/gate.ts",
        from: /(const seen = Atomics\.or\(.*;)\s+(if \(attempt\(\)\) \{[\s\S]*?return true;\s+\})/,
        to: "$2 $1",
      },
      failure: /lost wake-up/,
    },
    {
      fault: "Gate.open() does not count",
      name: "contended-mutex",
      program: contendedMutex,
      edit: { file: "memory/gate.ts", from: /Atomics\.compareExchange\(words, word, seen, .*;/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "a waiter does not pass a wake-up on",
      name: "semaphore",
      program: semaphore,
      edit: { file: "memory/gate.ts", from: /if \(this\.#mayAnotherSucceed\(\)\) this\.open\(\);/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "Mutex forgets the other waiters when one takes it",
      name: "contended-mutex",
      program: contendedMutex,
      edit: { file: "memory/mutex.ts", from: /if \(this\.gate\.hasWaiters\) Atomics\.or.*;/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "Ring.endRead() releases the mutex before it moves the head",
      name: "two-consumers",
      program: twoConsumers,
      edit: {
        file: "memory/ring.ts",
        from: /(Atomics\.store\(this.#words, this.#at \+ headWord.*;)([\s\S]*?)(this\.#release\(this\.#readers\);)/,
        to: "$3 $1 $2",
      },
      failure: /there twice|missing/,
    },
    {
      fault: "Ring.endRead() reads whether writers wait before it moves the head",
      name: "short-bounded-queue",
      program: shortBoundedQueue,
      edit: {
        file: "memory/ring.ts",
        from: /(Atomics\.store\(this.#words, this.#at \+ headWord.*;)([\s\S]*?)(this\.#release\(this\.#readers\);)/,
        to: "$2 $1 $3",
      },
      failure: /lost wake-up/,
    },
    {
      fault: "Ring.endRead() wakes writers only when half of the ring is free",
      name: "large-queue",
      program: largeQueue,
      edit: { file: "memory/ring.ts", from: /else openLater\(this\.notFull\);/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "a notification does not wake",
      name: "condition",
      program: condition,
      edit: { file: "sync/wait-set.ts", from: /openLater\(this\);/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "openLater() waits until the thread blocks",
      name: "large-queue-awaiting",
      program: awaitingLargeQueue,
      edit: { file: "memory/wait/delayed-wake-ups.ts", from: /isScheduled = false;\s+openDelayed\(\);/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "a thread blocks before it opens the gates that it delayed",
      name: "large-queue-blocking",
      program: blockingLargeQueue,
      edit: { file: "memory/gate.ts", from: /openDelayed\(\);/, to: "" },
      failure: /lost wake-up/,
    },
    {
      fault: "a watch that is taken is counted twice as gone",
      name: "watched-word",
      program: watchedWord,
      edit: {
        file: "memory/participant-table.ts",
        from: /!this\.#takeWatch\(slot, word\)/,
        to: "$& || this.#count(word, -1)",
      },
      failure: /deadlock|counted as/,
    },
    {
      fault: "a watch is not counted before its entry",
      name: "watched-word",
      program: watchedWord,
      edit: { file: "memory/participant-table.ts", from: /this\.#count\(word, 1\);/, to: "" },
      failure: /deadlock|counted as/,
    },
    {
      fault: "a consumer does not wait for the items that a producer keeps",
      name: "shut-queue",
      program: shutQueue,
      edit: { file: "queue/backlog-table.ts", from: /!this\.hasLivingThread\(\) && /, to: "" },
      failure: /lost/,
    },
    {
      fault: "Mutex takes from a holder that still runs",
      name: "contended-mutex",
      program: contendedMutex,
      edit: { file: "memory/mutex.ts", from: /this\.#segment\.isAlive\(holder\)/, to: "false" },
      failure: /taken from a thread that runs/,
    },
  ])("$fault", async ({ name, program, edit, failure }) => {
    const report = await explore(program, pathOf(name), { preemptions: 2, edits: [edit] });
    expect(report.failure).toMatch(failure);
  });
});
