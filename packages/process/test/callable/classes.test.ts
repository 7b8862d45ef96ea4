import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CloneError, getContext, Manager, Process, Queue, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../fixture/callable/run-classes.js", import.meta.url));

interface Outcome {
  readonly checks: number;
  readonly wrong: unknown[];
}

describe.each(["thread", "spawn", "forkserver", "fork"])("an object of a program's class by %s", (startMethod) => {
  it.runIf(canFork || startMethod === "thread" || startMethod === "spawn")(
    "keeps its class on every way there and back",
    async () => {
      const ran =
        startMethod === "fork"
          ? await runCommand(["run", program, startMethod])
          : await run(process.execPath, [program, startMethod]).then(({ stdout }) => ({
              out: [stdout],
              err: "",
            }));
      const { checks, wrong } = JSON.parse(ran.out.at(-1) ?? `"${ran.err}"`) as Outcome;
      expect(wrong).toEqual([]);
      expect(checks).toBeGreaterThan(120);
    },
  );
});

class Counter {
  #n = 1;
  get n(): number {
    return this.#n;
  }
}
class PlainCounter {
  private count = 1;
  get n(): number {
    return this.count;
  }
}
class Bus extends EventEmitter {}
const tag = Symbol("tag");
class Tagged {
  readonly [tag] = 1;
}

describe.each(["thread", "spawn"] as StartMethodName[])("an object that %s cannot copy", (startMethod) => {
  const start = (value: unknown) =>
    new Process((v: { n: number }) => v.n, { args: [value as PlainCounter], startMethod, stderr: "pipe" }).start();

  it.each([
    [
      "with private fields",
      new Counter(),
      /^Cannot send args\[0\]: a Counter has private fields \(#n\), which only its class can read; declare them without # \(in TypeScript as private\), or call registerClass\(\) with it$/,
    ],
    [
      "of a class that extends a class of Node",
      new Bus(),
      /^Cannot send args\[0\]: a Bus extends EventEmitter, a class of Node whose state cannot be copied; make it in the child, and send the data/,
    ],
    [
      "of a class that extends Promise",
      new (class Later extends Promise<number> {})(() => {}),
      /^Cannot send args\[0\]: a Later extends Promise, whose state cannot be copied; make it in the child/,
    ],
    [
      "with fields whose keys are symbols",
      new Tagged(),
      /^Cannot send args\[0\]: a Tagged has fields whose keys are symbols, which are not copied; make it in the child/,
    ],
    [
      "of a class of Node",
      new URLSearchParams("a=1"),
      /^Cannot send args\[0\]: an? URLSearchParams cannot be copied to another (thread|process); send data from which the child can make its own$/,
    ],
  ])("is refused with the fix: %s", (_, value, message) => {
    expect(() => start(value)).toThrow(CloneError);
    expect(() => start(value)).toThrow(message);
  });

  it("works in the two ways that the error names: private by TypeScript, or created in the child", async () => {
    const child = start(new PlainCounter());
    expect(await child.result()).toBe(1);
    await child.join();
    const made = new Process(() => new Counter().n, { startMethod }).start();
    expect(await made.result()).toBe(1);
    await made.join();
  });

  it("is refused by a queue as by start()", async () => {
    const { Queue: OwnQueue } = getContext(startMethod);
    await expect(new OwnQueue().put(new Counter())).rejects.toThrow(/^Cannot send value: a Counter has private fields/);
  });
});

const subclasses = {
  "a field": class extends Process {
    #n = 1;
    override run() {
      return this.#n;
    }
  },
  "a method": class extends Process {
    #n() {
      return 1;
    }
    override run() {
      return this.#n();
    }
  },
  "an accessor": class extends Process {
    get #n() {
      return 1;
    }
    override run() {
      return this.#n;
    }
  },
  "a field of its superclass": class extends class extends Process {
    #n = 1;
    override run() {
      return this.#n;
    }
  } {},
};
class PublicJob extends Process {
  private readonly n = 1;
  static readonly #known = 1;
  override run() {
    return this.n * PublicJob.#known;
  }
}

describe.each(["thread", "spawn"] as StartMethodName[])("a subclass of Process by %s", (startMethod) => {
  it.each(Object.entries(subclasses))("is refused when it has private members: %s", (_, Job) => {
    expect(() => new Job({ startMethod }).start()).toThrow(
      /^Cannot start ".*": it has private fields \(#n\), which only its class can read; declare them without # \(in TypeScript as private\)$/,
    );
  });

  it("runs with fields that are private by TypeScript, and with private static fields", async () => {
    expect(await new PublicJob({ startMethod }).start().result()).toBe(1);
  });
});

const mark = Symbol("mark");
class Marked {
  [mark](): string {
    return "marked";
  }
}

describe.each(["thread", "spawn"] as StartMethodName[])("a pool by %s", (startMethod) => {
  it("has one symbol for all calls, and sends it back as the parent's", async () => {
    const { Pool } = getContext(startMethod);
    await using pool = new Pool(1);
    const call = () => [new Marked()[mark](), Object.getOwnPropertySymbols(Marked.prototype)[0] === mark];
    expect(await pool.apply(call)).toEqual(["marked", true]);
    expect(await pool.apply(call)).toEqual(["marked", true]);
    const read = await pool.apply(() => (one: Marked) => one[mark]());
    expect(read(new Marked())).toBe("marked");
  });
});

it("a decorated class does in a child what its decorators made of it", async () => {
  const decorated = fileURLToPath(new URL("../fixture/callable/decorated.ts", import.meta.url));
  const methods = canFork ? ["thread", "spawn", "forkserver"] : ["thread", "spawn"];
  const { stdout } = await run(process.execPath, ["--import", "tsx", decorated, ...methods]);
  expect(stdout).toBe("run gives base secret,4,4,named,make gives run gives base secret\n");
});

describe("values that need modules", () => {
  it("getSync() leaves a value whose module is not loaded in the queue, and get() imports the module", async () => {
    const queue = new Queue();
    const module = new URL("../fixture/callable/shapes.js", import.meta.url).href;
    const child = new Process(
      async (q: typeof queue) => {
        const { Circle } = await import(module);
        await q.put(new Circle(2));
      },
      { args: [queue] },
    ).start();
    expect(await child.join()).toBe(0);
    expect(() => queue.getSync()).toThrow(/^Cannot receive a value at once: .*shapes\.js.*; write await get\(\)/);
    expect(queue.isEmpty).toBe(false);
    expect(await queue.get()).toMatchObject({ radius: 2 });
    expect(queue.isEmpty).toBe(true);
  });
});

describe("a manager", () => {
  it("refuses objects of a program's classes, and takes their fields", async () => {
    await using manager = new Manager();
    await manager.start();
    const list = await manager.list();
    await expect(list.append(new PlainCounter())).rejects.toThrow(
      /^Cannot send args\[0\]: a PlainCounter cannot be copied to another .*; send data from which the child can make/,
    );
    await list.append({ ...new PlainCounter() });
    expect(await list.get(0)).toEqual({ count: 1 });
  });
});
