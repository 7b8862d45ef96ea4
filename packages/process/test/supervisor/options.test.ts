import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { getLogger, type LogRecord, Process } from "@manyhands/process";
import { type ChildOptions, Supervisor, type SupervisorEvent } from "@manyhands/process/supervisor";
import { describe, expect, it } from "vitest";
import { expectWarnings } from "../setup/warnings.ts";

const nothing = () => {};
const make = (child: object, options: object = {}) =>
  new Supervisor([{ name: "web", target: nothing, ...child } as ChildOptions], options);
const branch = () => new Supervisor([{ name: "x", target: nothing }]);

describe("new Supervisor()", () => {
  it.each<[string, () => unknown, typeof TypeError | typeof RangeError, string]>([
    ["no list", () => new Supervisor({} as never), TypeError, 'it has no list of children, write [{ name: "web"'],
    ["an empty list", () => new Supervisor([]), TypeError, "it has no list of children"],
    ["a child without a name", () => make({ name: undefined }), TypeError, "it has no name, write { name, target }"],
    ["a function as a child", () => new Supervisor([nothing as never]), TypeError, "it has no name"],
    [
      "two children of one name",
      () =>
        new Supervisor([
          { name: "a", target: nothing },
          { name: "a", target: nothing },
        ]),
      RangeError,
      'two children are named "a", give each another name',
    ],
    [
      "no target",
      () => new Supervisor([{ name: "web" } as never]),
      TypeError,
      "it has none of target, create and supervisor, write one of them",
    ],
    ["two makers", () => make({ supervisor: branch }), TypeError, "it has target and supervisor, write one of them"],
    ["an unknown option", () => make({ restarts: "permanent" }), TypeError, 'did you mean "restart"?'],
    ["an unknown restart", () => make({ restart: "always" }), RangeError, 'restart is "always", write "permanent"'],
    ["a negative grace", () => make({ graceMs: -1 }), RangeError, "graceMs is -1, write milliseconds, ≥ 0"],
    ["a time as text", () => make({ heartbeatMs: "1s" }), TypeError, "heartbeatMs is string, write milliseconds"],
    ["a heartbeat that is too fast", () => make({ heartbeatMs: 1 }), RangeError, "heartbeatMs is 1, write"],
    ["no time to become ready", () => make({ readyTimeoutMs: 0 }), RangeError, "readyTimeoutMs is 0, write"],
    ["a signal that ends nothing", () => make({ endSignal: "SIGCONT" }), RangeError, 'endSignal is "SIGCONT", write'],
    ["a signal", () => make({ signal: AbortSignal.abort() }), TypeError, "call close() of the supervisor"],
    ["a transfer list", () => make({ transferList: [] }), TypeError, "make it in create() or in the target"],
    ["an unknown back-off", () => make({ backOff: { max: 1 } }), TypeError, 'there is no option "max"'],
    ["a shrinking back-off", () => make({ backOff: { factor: 0.5 } }), RangeError, "backOff.factor is 0.5, write"],
    ["a back-off below its start", () => make({ backOff: { initialMs: 9, mostMs: 1 } }), RangeError, "backOff.mostMs"],
    ["too much jitter", () => make({ backOff: { jitter: 2 } }), RangeError, "backOff.jitter is 2, write a share, 0…1"],
    ["a seed that is no integer", () => make({ backOff: { seed: 0.5 } }), RangeError, "backOff.seed is 0.5"],
    [
      "an option of a Process beside create",
      () => new Supervisor([{ name: "web", create: () => new Process(), env: {} } as never]),
      TypeError,
      "env is an option of the Process, give it in create()",
    ],
    [
      "a Process instead of a function that makes one",
      () => new Supervisor([{ name: "web", create: new Process() } as never]),
      TypeError,
      "create is no function, write { create: () => new Process(…) }",
    ],
    [
      "a grace for a supervisor",
      () => new Supervisor([{ name: "web", supervisor: branch, graceMs: 1 } as never]),
      TypeError,
      "graceMs has no meaning for a supervisor, give it to the children of that",
    ],
    ["an unknown strategy", () => make({}, { strategy: "all" }), RangeError, 'strategy is "all", write "oneForOne"'],
    ["half a restart", () => make({}, { maxRestarts: 0.5 }), RangeError, "maxRestarts is 0.5, write a count, ≥ 0"],
    ["no period", () => make({}, { withinMs: 0 }), RangeError, "withinMs is 0, write milliseconds, > 0"],
    ["an unknown option of its own", () => make({}, { intensity: 1 }), TypeError, 'there is no option "intensity"'],
    [
      "an onEvent that is no function",
      () => make({}, { onEvent: 1 }),
      TypeError,
      "onEvent is number, write a function",
    ],
  ])("refuses %s", (_, wrong, type, message) => {
    expect(wrong).toThrow(type);
    expect(wrong).toThrow(message);
  });

  it("takes all options of the program of a child", () => {
    expect(() => make({ env: {}, execArgv: [], argv: [], cwd: "/", nice: 1 })).not.toThrow();
  });

  it("starts once, and joins only after that", async () => {
    const supervisor = make({ restart: "temporary" });
    await expect(supervisor.join()).rejects.toThrow("it was not started, call start() first");
    await supervisor.start();
    await expect(supervisor.start()).rejects.toMatchObject({
      code: "ERR_MANYHANDS_PROCESS_STATE",
      message: expect.stringContaining("make a new Supervisor for every start"),
    });
    expect(await supervisor.join()).toBe(true);
  });

  it("close() before start() makes a start impossible", async () => {
    const supervisor = make({});
    await supervisor.close();
    await expect(supervisor.start()).rejects.toThrow("it was started or closed before");
  });

  it("start() rejects when a function makes something else", async () => {
    for (const wrong of [{ create: () => ({}) }, { supervisor: () => new Process() }]) {
      const error = await new Supervisor([{ name: "web", ...wrong } as never]).start().catch((error) => error);
      expect(error.cause).toBeInstanceOf(TypeError);
      expect(error.cause.message).toContain("return a new one that is not started");
    }
  });

  it("publishes its events on a diagnostics channel, and logs them", async () => {
    const published: string[] = [];
    const logged: string[] = [];
    const onMessage = (event: unknown) => void published.push((event as SupervisorEvent).edge);
    const onRecord = ({ level, message }: LogRecord) => void logged.push(`${level}: ${message}`);
    const logger = getLogger();
    const { level } = logger;
    logger.level = "info";
    logger.addHandler(onRecord);
    subscribe("manyhands.supervisor", onMessage);
    try {
      const target = () => process.exit(3);
      await make({ restart: "temporary", startMethod: "thread", target }, { name: "app" }).start();
      await expect.poll(() => published.at(-1)).toBe("closed");
    } finally {
      unsubscribe("manyhands.supervisor", onMessage);
      logger.removeHandler(onRecord);
      logger.level = level;
    }
    expect(published).toEqual(["started", "exited", "closed"]);
    expect(logged).toEqual(["info: app: web started", "warning: app: web exited: exit code 3", "info: app: closed"]);
  });

  it("an error of onEvent becomes a warning", async () => {
    expectWarnings(/of the listener/);
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const onEvent = () => {
      throw new Error("of the listener");
    };
    const supervisor = make({ restart: "temporary" }, { onEvent });
    await supervisor.start();
    await supervisor.join();
    expect((await warned).message).toBe("of the listener");
  });
});

describe("currentProcess().ready()", () => {
  it("has no effect in the main process, and is refused for a child", async () => {
    const { currentProcess } = await import("@manyhands/process");
    currentProcess().ready();
    expect(() => new Process(nothing, { name: "web" }).ready()).toThrow(
      "Cannot report that web is ready: this is its parent; call currentProcess().ready() in its target",
    );
  });
});
