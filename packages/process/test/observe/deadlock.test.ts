import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDeadlocks } from "../../src/observe/deadlock/describe-deadlock.ts";
import { findCycle, findStuck, type GraphWait, unitsOf } from "../../src/observe/deadlock/find-deadlock.ts";
import type { PublishedWait } from "../../src/observe/deadlock/wait-board.ts";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const command = join(import.meta.dirname, "../../bin/manyhands.js");
const env = { ...process.env, MANYHANDS_DEADLOCK_MS: "300" };

/** A child that acquires one lock, waits until all children have one, and acquires the next. */
const philosopher = `
  async function dine(first, second, seated, all, isBlocking) {
    await first.acquire();
    seated.release();
    await all.wait();
    try {
      if (isBlocking) second.acquireSync();
      else await second.acquire();
      second.release();
      return "ate";
    } catch (error) {
      return [error.code, ...error.cycle];
    } finally {
      first.release();
    }
  }
  async function dinner(names, methods, isBlocking) {
    const [seated, all] = [new Semaphore(0), new SharedEvent()];
    const forks = names.map((name) => {
      const fork = new Lock();
      fork.name = "fork of " + name;
      return fork;
    });
    const children = names.map((name, i) => {
      const args = [forks[i], forks[(i + 1) % names.length], seated, all, isBlocking];
      return new Process(dine, { args, name, ...(methods && { startMethod: methods[i] }) }).start();
    });
    for (const _ of names) await seated.acquire();
    all.set();
    console.log(JSON.stringify(await Promise.all(children.map((child) => child.result()))));
  }
`;

function parse(line: string | undefined): (string | string[])[] {
  return JSON.parse(line ?? "[]");
}

describe.each(allMethods)("MANYHANDS_DEADLOCK_MS with children by %s", (method) => {
  it.each([
    ["blocking", 2],
    ["awaited", 2],
    ["blocking", 3],
  ])("ends one wait of a cycle of %s acquisitions by %i children, and names the cycle", async (how, count) => {
    const names = ["Ada", "Grace", "Edsger"].slice(0, count);
    const text = `const { Lock, Process, Semaphore, SharedEvent } = api; ${philosopher}
      await dinner(${JSON.stringify(names)}, undefined, ${how === "blocking"});`;
    const { code, out, err } = await runProgram(method, text, env);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const results = parse(out[0]);
    expect(results.filter((result) => result === "ate")).toHaveLength(count - 1);
    const [failed] = results.filter((result) => result !== "ate") as string[][];
    expect(failed?.[0]).toBe("ERR_MANYHANDS_DEADLOCK");
    expect(failed).toHaveLength(count + 1);
    for (const name of names)
      expect(failed?.join("\n")).toMatch(new RegExp(`^${name} \\(.*waits for fork of .*, which .* holds$`, "m"));
  });

  it("raises no alarm while a holder is slow", async () => {
    const text = `
      const { Lock, Process, SharedEvent } = api;
      const [lock, held] = [new Lock(), new SharedEvent()];
      async function slow(lock, held) {
        await lock.hold(async () => {
          held.set();
          await new Promise((resolve) => setTimeout(resolve, 1500));
        });
      }
      const child = new Process(slow, { args: [lock, held] }).start();
      await held.wait();
      await lock.acquire();
      console.log("acquired");
      lock.release();
      await child.join();`;
    expect(await runProgram(method, text, env)).toEqual({ code: 0, err: "", out: ["acquired"] });
  });
});

describe("MANYHANDS_DEADLOCK_MS", () => {
  it("finds a cycle of a thread and a process", async () => {
    const text = `
      const { Lock, Semaphore, SharedEvent } = manyhands.getContext("spawn");
      const { Process } = manyhands; ${philosopher}
      await dinner(["Ada", "Grace"], ["thread", "spawn"], true);`;
    const { out } = await runProgram("thread", text, env);
    expect(parse(out[0]).filter((result) => result === "ate")).toHaveLength(1);
  });

  it("finds a cycle of two flows of one thread, and a lock that its holder acquires again", async () => {
    const text = `
      const { Lock, RLock } = api;
      const [a, b] = [new Lock(), new RLock()];
      const sleep = () => new Promise((resolve) => setTimeout(resolve, 20));
      const nested = (first, second) => first.hold(async () => { await sleep(); return second.hold(() => "held"); });
      const codes = await Promise.all([nested(a, b), nested(b, a)].map((flow) => flow.catch(({ code }) => code)));
      console.log(codes.sort().join());
      await a.acquire();
      console.log(await a.acquire().catch(({ message }) => message));
      const again = new RLock();
      console.log(await again.acquire(), await again.acquire());`;
    const { out } = await runProgram("thread", text, env);
    expect(out[0]).toBe("ERR_MANYHANDS_DEADLOCK,held");
    expect(out[1]).toMatch(/waits for Lock-1, which it holds itself; release it first, or use an RLock$/);
    expect(out[2]).toBe("true true");
  });

  it.each([
    ["a timer", "await a.acquire(); setTimeout(() => a.release(), 1200); await a.acquire();"],
    [
      "a timer that starts others",
      `await a.acquire();
       let left = 60;
       const tick = () => (left-- > 0 ? setTimeout(tick, 20) : a.release());
       tick();
       await a.acquire();`,
    ],
    [
      "a message of a child process",
      `const text = "setTimeout(() => process.exit(), 1200)";
       await a.acquire();
       (await import("node:child_process")).spawn(process.execPath, ["-e", text]).once("exit", () => a.release());
       await a.acquire();`,
    ],
    [
      "a socket",
      `const { createServer } = await import("node:net");
       const server = createServer((socket) => socket.on("end", () => { a.release(); server.close(); })).listen(0);
       const text = "setTimeout(() => require('node:net').connect(" + server.address().port + ").end(), 1200)";
       (await import("node:child_process")).spawn(process.execPath, ["-e", text], { stdio: "ignore" }).unref();
       await a.acquire();
       await a.acquire();`,
    ],
    [
      "a child of this package",
      `const child = new api.Process(() => new Promise((resolve) => setTimeout(resolve, 1200))).start();
       void child.join().then(() => a.release());
       await a.acquire();
       await a.acquire();`,
    ],
    [
      "another flow, which has a time limit",
      `const never = new api.SharedEvent();
       void never.wait({ timeoutMs: 1200 }).then(() => a.release());
       await a.acquire();
       await a.acquire();`,
    ],
    [
      "a timer, of a cycle of two flows",
      `const cross = async (first, second) => {
         await first.acquire();
         await new Promise(setImmediate);
         await second.acquire();
         second.release();
         if (first === b) b.release();
       };
       setTimeout(() => a.release(), 1200);
       await Promise.all([cross(a, b), cross(b, a)]);`,
    ],
  ])("raises no alarm while %s may release the lock in the thread that holds it", async (_, acquire) => {
    const text = `const [a, b] = [new api.Lock(), new api.Lock()]; ${acquire} console.log("acquired");`;
    expect(await runProgram("spawn", text, env)).toEqual({ code: 0, err: "", out: ["acquired"] });
  });

  it("finds a cycle of functions that hold() a lock, whatever else their event loop does", async () => {
    const text = `
      const { Lock, RLock } = api;
      const [a, b] = [new Lock(), new RLock()];
      const other = setInterval(() => {}, 10);
      const sleep = () => new Promise((resolve) => setTimeout(resolve, 20));
      const nested = (first, second) => first.hold(async () => { await sleep(); return second.hold(() => "held"); });
      const codes = await Promise.all([nested(a, b), nested(b, a)].map((flow) => flow.catch(({ code }) => code)));
      console.log(codes.sort().join());
      clearInterval(other);`;
    expect((await runProgram("thread", text, env)).out).toEqual(["ERR_MANYHANDS_DEADLOCK,held"]);
  });

  it("finds that a lock is not released when the timers of its thread have ended", async () => {
    const text = `
      const lock = new api.Lock();
      let ended = false;
      setTimeout(() => { ended = true; }, 1200);
      await lock.acquire();
      console.log(await lock.acquire().catch(({ code }) => code), ended);`;
    expect((await runProgram("thread", text, env)).out).toEqual(["ERR_MANYHANDS_DEADLOCK true"]);
  });

  it("does not end flows of one thread of which one is slow", async () => {
    const text = `
      const { Lock } = api;
      const [a, b] = [new Lock(), new Lock()];
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const order = [];
      await Promise.all([
        a.hold(async () => { await sleep(1500); order.push("slow"); }),
        b.hold(() => a.hold(() => order.push("second"))),
        sleep(10).then(() => b.hold(() => order.push("third"))),
      ]);
      console.log(order.join());`;
    expect((await runProgram("thread", text, env)).out).toEqual(["slow,second,third"]);
  });

  it("lets manyhands top print a cycle before a wait of it ends", async () => {
    const text = `
      const { Lock, Process, Semaphore, SharedEvent } = api; ${philosopher}
      const { spawn } = await import("node:child_process");
      await manyhands.allowWatching();
      const top = spawn(process.execPath, [${JSON.stringify(command)}, "top", String(process.pid), "--interval-ms", "200"]);
      top.stdout.setEncoding("utf8").on("data", (text) => {
        const line = text.split("\\n").find((line) => line.startsWith("deadlock:") && line.includes("fork of"));
        if (line === undefined) return;
        console.log(line);
        top.kill();
        process.exit();
      });
      await dinner(["Ada", "Grace"], undefined, false);`;
    const { out } = await runProgram("spawn", text, { ...process.env, MANYHANDS_DEADLOCK_MS: "60000" });
    expect(out[0]).toMatch(
      /^deadlock: .*waits for fork of .*, which .* holds, and .*waits for fork of .*, which .* holds$/,
    );
  });

  it("is refused when it is no whole number", async () => {
    const { code, err } = await runProgram("thread", "", { ...process.env, MANYHANDS_DEADLOCK_MS: "soon" });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("write a whole number of milliseconds") });
  });
});

describe("describeDeadlocks()", () => {
  const wait = (key: string, resource: string, unit: string, more: object): PublishedWait => ({
    key,
    resource,
    object: resource,
    units: 1,
    holds: [],
    releasable: [unit],
    releasers: [key],
    thread: [key],
    kind: "lock",
    act: "holds",
    since: 0,
    canFail: true,
    who: `Process ${key}`,
    ...more,
  });

  it("distinguishes cycles that cannot end from those that other code of a thread may end", () => {
    const waits = [wait("1", "a", "b", {}), wait("2", "b", "a", {})];
    const cycle = "Process 1 waits for a, which Process 2 holds, and Process 2 waits for b, which Process 1 holds";
    expect(describeDeadlocks(waits)).toEqual([`deadlock: ${cycle}`]);
    const other = wait("3", "none", "none", { thread: ["2"], units: 0, releasable: [] });
    expect(describeDeadlocks([...waits, other])).toEqual([`perhaps a deadlock: ${cycle}`]);
  });
});

const resources = fc.constantFrom("a", "b", "c", "d", "e");
const waits = fc
  .array(fc.record({ resource: resources, holds: fc.uniqueArray(resources, { maxLength: 2 }) }), { maxLength: 8 })
  .map((list): GraphWait[] => {
    const taken = new Set<string>();
    return list.map(({ resource, holds }, i) => {
      const own = holds.filter((each) => !taken.has(each));
      for (const each of own) taken.add(each);
      return { key: String(i), resource, units: 1, holds: own };
    });
  });

describe("findStuck()", () => {
  it("finds exactly the waits from which each path leads into a cycle, when locks have one holder", () => {
    fc.assert(
      fc.property(waits, (list) => {
        const holderOf = (resource: string) => list.find(({ holds }) => holds.includes(resource));
        const endsInCycle = (wait: GraphWait) => {
          let at: GraphWait | undefined = wait;
          for (let step = 0; step <= list.length && at !== undefined; step++) at = holderOf(at.resource);
          return at !== undefined;
        };
        expect([...findStuck(list)]).toEqual(list.filter(endsInCycle));
      }),
    );
  });

  it("finds a cycle in which each waits for what the next one holds", () => {
    fc.assert(
      fc.property(waits, (list) => {
        const stuck = findStuck(list);
        for (const wait of stuck) {
          const cycle = findCycle(stuck, wait);
          cycle.forEach(({ resource }, i) => {
            expect(cycle[(i + 1) % cycle.length]?.holds).toContain(resource);
          });
        }
      }),
    );
  });

  it("lets a wait for a semaphore end when one of its units may be released", () => {
    const seats = (key: string, holds: string[]): GraphWait => ({ key, resource: "seats", units: 2, holds });
    expect([...findStuck([seats("1", ["seats"])])]).toEqual([]);
    expect(findStuck([seats("1", ["seats"]), seats("2", ["seats"])]).size).toBe(2);
  });
});

const threads = ["t0", "t1", "t2", "t3"];
const threadWaits = fc
  .array(
    fc.record({
      thread: fc.nat(3),
      isBlocked: fc.boolean(),
      waitsFor: fc.oneof(
        fc.record({ resource: resources }),
        fc.record({ enders: fc.uniqueArray(fc.constantFrom(...threads), { maxLength: 3 }) }),
      ),
      holds: fc.uniqueArray(resources, { maxLength: 1 }),
      isReleasable: fc.boolean(),
    }),
    { maxLength: 7 },
  )
  .map((list): GraphWait[] =>
    list.map(({ thread, isBlocked, waitsFor, holds, isReleasable }, i) => {
      const names = isBlocked ? [] : [`t${thread}`, `other name of t${thread}`];
      const units = isReleasable ? { holds: [], releasable: holds, releasers: [`t${thread}`] } : { holds };
      return { key: String(i), resource: "queue", units: 1, ...units, thread: names, ...waitsFor };
    }),
  );

/** Whether each wait of the set waits for waits of the set only. */
function isClosed(set: readonly GraphWait[], all: readonly GraphWait[]): boolean {
  const waitsOf = (name: string) => all.filter(({ thread = [] }) => thread.includes(name));
  const isBlocked = (name: string) => waitsOf(name).length > 0 && waitsOf(name).every((wait) => set.includes(wait));
  return set.every(({ resource, enders }) =>
    enders === undefined
      ? set.some(
          ({ holds, releasable = [], releasers = [] }) =>
            holds.includes(resource) || (releasable.includes(resource) && releasers.some(isBlocked)),
        )
      : enders.length > 0 && enders.every(isBlocked),
  );
}

describe("findStuck() with waits that threads may end", () => {
  it("finds the largest set of waits of which each waits for others of the set only", () => {
    fc.assert(
      fc.property(threadWaits, (list) => {
        const largest = new Set<GraphWait>();
        for (let bits = 0; bits < 2 ** list.length; bits++) {
          const set = list.filter((_, i) => (bits & (1 << i)) !== 0);
          if (isClosed(set, list)) for (const wait of set) largest.add(wait);
        }
        expect(new Set(findStuck(list))).toEqual(largest);
      }),
    );
  });

  it("finds a cycle in which each waits for the next one, and that contains a wait which is on one", () => {
    fc.assert(
      fc.property(threadWaits, (list) => {
        const stuck = findStuck(list);
        const isNext = ({ resource, enders }: GraphWait, next: GraphWait) =>
          enders?.some((name) => next.thread?.includes(name)) ?? unitsOf(next).includes(resource);
        for (const wait of stuck) {
          const cycle = findCycle(stuck, wait);
          cycle.forEach((each, i) => {
            expect(isNext(each, cycle[(i + 1) % cycle.length] as GraphWait)).toBe(true);
          });
          if (isNext(wait, wait)) expect(cycle).toEqual([wait]);
        }
      }),
    );
  });

  it("lets a wait for room end while one thread that shares the queue does not wait", () => {
    const joiner: GraphWait = {
      key: "join",
      resource: "child",
      units: 1,
      holds: [],
      thread: ["parent"],
      enders: ["child"],
    };
    const flush = (enders: string[]): GraphWait => ({ ...joiner, key: "flush", thread: ["child"], enders });
    expect(findStuck([joiner, flush(["parent", "child"])]).size).toBe(2);
    expect(findStuck([joiner, flush(["parent", "child", "sibling"])]).size).toBe(0);
  });
});
