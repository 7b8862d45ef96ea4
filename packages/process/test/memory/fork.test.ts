import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const head = `
  import { getContext, Process } from "RUNTIME";
  const { Condition, Pipe, Queue, SharedEvent, SimpleQueue } = getContext("fork");
  const start = (target) => new Process(target, { startMethod: "fork" }).start();
`;

describe.runIf(canFork)("shared memory in a forked child", () => {
  it("a pipe end is held by the child from the fork until the child exits", async () => {
    const { code, out } = await runForkReady(`${head}
      // The first value that a program puts does not delay a fork.
      new SimpleQueue().putSync({ first: "value" });
      const [mine, yours] = Pipe();
      const child = start(async () => {
        mine.close();
        try { for (;;) await yours.send(await yours.recv()); } catch (error) { return error.name; }
      });
      yours.close();
      for (const each of ["at once", "again"]) { await mine.send(each); console.log(await mine.recv()); }
      mine.close();
      console.log(await child.result(), await child.join());
      const [here, there] = Pipe();
      const killed = start(() => new Promise(() => setTimeout(() => {}, 2 ** 30)));
      there.close();
      killed.kill();
      console.log(await here.recv().catch((error) => error.name), await killed.join());`);
    expect({ code, out }).toEqual({ code: 0, out: ["at once", "again", "EndOfFileError 0", "EndOfFileError -9"] });
  });

  it("the child forgets waits and kept values of the parent, and the parent keeps them", async () => {
    const { code, out } = await runForkReady(`${head}
      const event = new SharedEvent();
      const condition = new Condition();
      const kept = new SimpleQueue();
      const full = new Queue(1);
      await full.put("first");
      const waits = [event.wait(), condition.hold(() => condition.wait()), full.put("second")];
      for (let i = 0; i < 20_000; i++) kept.putSync(i);
      const [mine, yours] = Pipe();
      const sends = Array.from({ length: 1500 }, (_, i) => yours.send(i));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const child = start(async () => {
        const own = new SharedEvent();
        setTimeout(() => own.set(), 20);
        const notified = condition.hold(() => condition.wait({ timeoutMs: 5 }));
        await kept.put("from the child");
        return [await own.wait(), await notified, full.size];
      });
      let next = 0;
      for (let received = 0; next < 20_000 || received < 1; ) {
        const value = await kept.get();
        if (value === "from the child") received += 1;
        else if (value === next) next += 1;
        else throw new Error(\`\${value} in place of \${next}\`);
      }
      console.log(JSON.stringify(await child.result()), await child.join());
      event.set();
      await condition.hold(() => condition.notify());
      console.log(await full.get(), await full.get({ timeoutMs: 100_000 }), JSON.stringify(await Promise.all(waits)));
      for (let i = 0; i < 1500; i++) if ((await mine.recv()) !== i) throw new Error("out of order");
      await Promise.all(sends);
      console.log(kept.isEmpty, full.isEmpty);`);
    expect({ code, out }).toEqual({
      code: 0,
      out: ["[true,false,1] 0", "first second [true,true,null]", "true true"],
    });
  });
});
