import { instrument } from "@manyhands/process/otel";
import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const fixture = JSON.stringify(new URL("../fixture/otel-job.js", import.meta.url).href);
const head = `
  import { instrument } from ${JSON.stringify(import.meta.resolve("@manyhands/process/otel"))};
  import { context, makeMeterProvider, propagation, spans, startSdk, trace, withSdk } from ${fixture};
  const job = (name) => ({ module: new URL(${fixture}), name });
  const print = (value) => console.log(JSON.stringify(value));
  const inRequest = (run) => trace.getTracer("program").startActiveSpan("request", async (span) => {
    const tenant = propagation.createBaggage({ tenant: { value: "t-1" } });
    const value = await context.with(propagation.setBaggage(context.active(), tenant), run);
    span.end();
    return value;
  });
  const end = async (pool) => { pool.close(); await pool.join(); };
`;

interface SpanData {
  readonly name: string;
  readonly id: string;
  readonly trace: string;
  readonly parent: string | null;
  readonly links: readonly string[];
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: string | null;
  readonly events: readonly string[];
  readonly tookMs: number;
}

async function run(method: (typeof allMethods)[number], text: string): Promise<unknown[]> {
  const { code, out, err } = await runProgram(method, head + text);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out.map((line) => JSON.parse(line));
}

describe.each(allMethods)("instrument() by %s", (method) => {
  it("each task has a span below its caller's, and the spans of the task are below that", async () => {
    const [results, all] = (await run(
      method,
      `
      startSdk();
      const stop = instrument();
      const pool = new api.Pool({ processes: 1, initializer: job("startSdk") });
      const executor = new api.ProcessPoolExecutor({ maxWorkers: 1, initializer: job("startSdk") });
      print(await inRequest(async () => [
        await pool.apply(job("traced"), ["one"]),
        ...(await pool.map(job("traced"), ["two", "three"], { chunkSize: 2 })),
        await executor.submit(job("traced"), "four").result(),
      ]));
      await pool.apply(job("traced"), ["outside"]);
      print(spans());
      stop();
      await inRequest(() => pool.apply(job("traced"), ["not followed"]));
      print(spans().length);
      await end(pool);
      await executor.shutdown();`,
    )) as [{ name: string; trace: string; parent: string; tenant: string }[], SpanData[], number];
    const request = all.find(({ name }) => name === "request") as SpanData;
    const tasks = all.filter(({ name }) => name !== "request");
    expect(tasks.map(({ name }) => name)).toEqual(["apply traced", "map traced", "submit traced", "apply traced"]);
    for (const task of tasks.slice(0, 3)) {
      expect(task).toMatchObject({ trace: request.trace, parent: request.id, links: [request.id], kind: "CONSUMER" });
      expect(task).toMatchObject({ status: null, events: ["started"] });
    }
    const [apply, map, submit, outside] = tasks as [SpanData, SpanData, SpanData, SpanData];
    expect(outside).toMatchObject({ parent: null, links: [] });
    expect(results).toEqual([
      { name: "inner one", trace: request.trace, parent: apply.id, tenant: "t-1" },
      { name: "inner two", trace: request.trace, parent: map.id, tenant: "t-1" },
      { name: "inner three", trace: request.trace, parent: map.id, tenant: "t-1" },
      { name: "inner four", trace: request.trace, parent: submit.id, tenant: "t-1" },
    ]);
    const common = {
      "messaging.system": "manyhands",
      "messaging.operation.type": "process",
      "process.pid": expect.any(Number),
    };
    const pool = { "messaging.destination.name": "Pool-1", "manyhands.worker.name": "PoolWorker-1" };
    expect(apply.attributes).toMatchObject({
      ...common,
      ...pool,
      "messaging.operation.name": "apply",
      "code.function.name": "traced",
    });
    expect(map.attributes).toMatchObject({ ...common, ...pool, "messaging.batch.message_count": 2 });
    expect("thread.id" in map.attributes).toBe(method === "thread");
  });

  it("errors and crashes are recorded, and a task that is run again has one span", async () => {
    const [all] = (await run(
      method,
      `
      startSdk();
      instrument();
      const pool = new api.Pool(1);
      await pool.apply(job("fail")).catch(() => {});
      await pool.apply(job("crash"), [], { retry: { attempts: 2 } }).catch(() => {});
      await pool.map(job("fail"), [1], { onError: "collect" });
      const aborted = new AbortController();
      const call = pool.apply(job("fail"), [], { signal: aborted.signal }).catch(() => {});
      aborted.abort();
      await call;
      print(spans());
      await end(pool);`,
    )) as [SpanData[]];
    expect(
      all.slice(0, 3).map(({ name, status, events, attributes }) => [name, status, events, attributes["error.type"]]),
    ).toEqual([
      ["apply fail", "no such row", ["started", "exception"], "RangeError"],
      [
        "apply crash",
        expect.stringContaining("exit code 3"),
        ["started", "retried", "started", "exception"],
        "ERR_MANYHANDS_WORKER_DIED",
      ],
      ["map fail", "no such row", ["started", "exception"], "RangeError"],
    ]);
  });

  it("a Process, and a child of a worker without an SDK, continue the trace of their caller", async () => {
    const [inProcess, below, all] = (await run(
      method,
      `
      startSdk();
      instrument();
      const pool = new api.Pool(1);
      await inRequest(async () => {
        const options = startMethod === "fork" ? {} : { execArgv: withSdk };
        const child = new api.Process(job("traced"), { args: ["process"], ...options }).start();
        print(await child.result());
        await child.join();
        print(await pool.apply(job("tracedBelow"), [startMethod === "fork" ? "spawn" : startMethod]));
      });
      print(spans());
      await end(pool);`,
    )) as [SpanData, SpanData, SpanData[]];
    const request = all.find(({ name }) => name === "request") as SpanData;
    const task = all.find(({ name }) => name === "apply tracedBelow") as SpanData;
    expect(inProcess).toMatchObject({ name: "inner process", trace: request.trace, parent: request.id, tenant: "t-1" });
    expect(below).toMatchObject({ name: "inner below", trace: request.trace, parent: task.id, tenant: "t-1" });
  });
});

describe("instrument()", () => {
  it("metrics have the names and units of the conventions, and the figures of the pools", async () => {
    const [busy, after] = (await run(
      "spawn",
      `
      const { meterProvider, read, shutdown } = makeMeterProvider();
      const stop = instrument({ meterProvider });
      const pool = new api.Pool({ processes: 2, minProcesses: 1, idleTimeoutMs: 1e6, startMethod: "thread" });
      const calls = [1, 2, 3].map(() => pool.apply(() => new Promise((resolve) => setTimeout(resolve, 50))));
      print(await read());
      await Promise.all(calls);
      await pool.apply(job("fail")).catch(() => {});
      await pool.apply(job("crash")).catch(() => {});
      print(await read());
      stop();
      await end(pool);
      await shutdown();`,
    )) as Record<string, { unit: string; points: [Record<string, unknown>, number][] }>[];
    const pool = { "manyhands.pool.name": "Pool-1" };
    const pointOf = (metrics: typeof after, name: string, key: string, value: string) =>
      metrics?.[name]?.points.find(([attributes]) => attributes[key] === value)?.[1];
    expect(pointOf(busy, "manyhands.pool.task.count", "manyhands.pool.task.state", "queued")).toBe(3);
    expect(busy?.["manyhands.pool.worker.max"]).toEqual({ unit: "{worker}", points: [[pool, 2]] });
    expect(pointOf(after, "manyhands.pool.task.count", "manyhands.pool.task.state", "queued")).toBe(0);
    expect(pointOf(after, "manyhands.pool.worker.restarts", "manyhands.pool.restart.reason", "crashed")).toBe(1);
    const message = {
      "messaging.system": "manyhands",
      "messaging.operation.name": "apply",
      "messaging.destination.name": "Pool-1",
    };
    expect(after?.["messaging.process.duration"]).toEqual({
      unit: "s",
      points: [
        [message, 3],
        [{ ...message, "error.type": "RangeError" }, 1],
      ],
    });
    expect(after?.["messaging.client.consumed.messages"]?.points).toEqual([
      [message, 3],
      [{ ...message, "error.type": "RangeError" }, 1],
      [{ ...message, "error.type": "ERR_MANYHANDS_WORKER_DIED" }, 1],
    ]);
    expect(after?.["manyhands.pool.task.wait_time"]).toEqual({ unit: "s", points: [[pool, 5]] });
  });

  it("a second call is refused until the first is ended, and unknown options are", () => {
    const stop = instrument();
    expect(() => instrument()).toThrow("call the function that instrument() gave");
    stop();
    stop();
    instrument()();
    expect(() => instrument({ provider: 1 } as never)).toThrow('there is no option "provider"');
    expect(() => instrument({ tracerProvider: null } as never)).toThrow("tracerProvider has no getTracer(), write");
    expect(() => instrument({ meterProvider: {} } as never)).toThrow("meterProvider has no getMeter(), write");
    instrument()();
  });
});
