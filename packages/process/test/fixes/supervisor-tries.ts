import { currentProcess, Process } from "@manyhands/process";
import { type ChildOptions, Supervisor } from "@manyhands/process/supervisor";
import { expect } from "vitest";
import { target } from "../fixture/supervised.js";
import { messageOf, type Tries } from "./message-of.ts";

const make = (more: object) => new Supervisor([{ name: "web", target: target("serve"), ...more } as ChildOptions]);
const isReady = { readyTimeoutMs: 50_000 };

/** Tries of fixes that a supervisor's messages name. */
export const supervisorTries: Tries = {
  async "call currentProcess().ready() in its target"(fix) {
    expect(await messageOf(() => new Process().ready())).toContain(fix);
    currentProcess().ready();
    const supervisor = await make(isReady).start();
    expect(supervisor.children()[0]?.state).toBe("running");
    await supervisor.close();
  },
  async "call close() of the supervisor"(fix) {
    expect(await messageOf(() => make({ signal: new AbortController().signal }))).toContain(fix);
    const supervisor = await make(isReady).start();
    await supervisor.close();
    expect(supervisor.children()[0]?.state).toBe("ended");
  },
  async "make it in create() or in the target"(fix) {
    const bytes = () => new Uint8Array(8);
    const transferList = [bytes().buffer];
    expect(await messageOf(() => make({ transferList }))).toContain(fix);
    const create = () => {
      const moved = bytes();
      return new Process(target("exitWithLength"), { args: [moved], transferList: [moved.buffer] });
    };
    const supervisor = new Supervisor([{ name: "web", create, restart: "transient" }], { maxRestarts: 0 });
    await supervisor.start();
    expect(await supervisor.join()).toBe(true);
  },
  async "return a new one that is not started"(fix) {
    const start = async (create: () => Process) => {
      const supervisor = new Supervisor([{ name: "web", create, ...isReady }]);
      await supervisor.start().catch((error: Error) => {
        throw error.cause;
      });
      await supervisor.close();
    };
    expect(await messageOf(() => start((() => 1) as never))).toContain(fix);
    await start(() => new Process(target("serve")));
  },
  async "find the cause in exits, or give the child a backOff:…"(fix) {
    const supervise = (backOff: object, withinMs: number) => {
      const fails = { name: "web", target: target("exitWith"), args: [3], ...backOff };
      return new Supervisor([fails as ChildOptions], { maxRestarts: 1, withinMs }).start();
    };
    const storm = await supervise({}, 50_000);
    const message = await messageOf(() => storm.join());
    expect(message).toContain(fix.slice(0, -1));
    expect(message).toContain("web exited: exit code 3");
    // With a wait longer than the period, no two restarts are within it.
    const patient = await supervise({ backOff: { initialMs: 100, jitter: 0 } }, 50);
    while ((patient.children()[0]?.restarts ?? 0) < 3) expect(await patient.join({ timeoutMs: 10 })).toBe(false);
    await patient.close();
  },
};
