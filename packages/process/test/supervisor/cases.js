// The contract of supervisors, for any start method. Plain JavaScript, since programs by `manyhands run` import it on
// Node 20.
import assert from "node:assert/strict";
import { getContext, Process, ps } from "@manyhands/process";
import { ChildStartError, RestartLimitError, Supervisor } from "@manyhands/process/supervisor";
import { target } from "../fixture/supervised.js";
import { Record } from "./record.js";

/** Long enough on a slow machine: no test waits for the end of it. */
const limit = 50_000;

/** @param {"thread" | "spawn" | "forkserver" | "fork"} startMethod */
export function supervisorCases(startMethod) {
  const isThread = startMethod === "thread";
  const child = (name, fn = "serve", more = {}) => ({
    name,
    target: target(fn),
    startMethod,
    stderr: "ignore",
    ...(fn !== "exitWith" && fn !== "fail" && fn !== "forever" && { readyTimeoutMs: limit }),
    ...more,
  });
  const made = [];
  const record = (children, options = {}) => {
    const events = new Record();
    const supervisor = new Supervisor(children, { onEvent: events.onEvent, ...options });
    made.push(supervisor);
    return { events, supervisor };
  };
  const started = async (...given) => {
    const made = record(...given);
    await made.supervisor.start();
    return made;
  };
  const processOf = (supervisor, name) => supervisor.children().find((each) => each.name === name).process;
  const states = (supervisor) =>
    supervisor.children().map(({ name, state, restarts }) => `${name} ${state} ${restarts}`);

  const cases = {
    "children start in order, each when the one before it is ready, and end in reverse order": async () => {
      const { events, supervisor } = record(["a", "b", "c"].map((name) => child(name)));
      const starting = supervisor.start();
      assert.deepEqual(states(supervisor), ["a starting 0", "b down 0", "c down 0"]);
      assert.equal(await starting, supervisor);
      assert.deepEqual(states(supervisor), ["a running 0", "b running 0", "c running 0"]);
      await supervisor.close();
      const up = ["a", "b", "c"].flatMap((name) => [`started ${name}`, `ready ${name}`]);
      assert.deepEqual(events.lines, [...up, "ended c", "ended b", "ended a", "closed"]);
      assert.deepEqual(states(supervisor), ["a ended 0", "b ended 0", "c ended 0"]);
      assert.equal(await supervisor.join(), true);
    },

    "leaving the scope ends the children, and a shareable in args works after a restart": async () => {
      const queue = new (getContext(startMethod).Queue)();
      const lines = [];
      const { events, supervisor } = await started([
        child("a", "report", { args: [queue, "a"], endSignal: "SIGINT", graceMs: limit }),
      ]);
      lines.push(await queue.get());
      processOf(supervisor, "a").kill();
      await events.until("ready a", 2);
      lines.push(await queue.get());
      await supervisor[Symbol.asyncDispose]();
      lines.push(await queue.get());
      assert.deepEqual(lines, ["a started", "a started", "a ended"]);
    },

    "a permanent child is restarted after any end, a transient one after an abnormal end, a temporary one never":
      async () => {
        const ends = { normal: ["exitWith", [0]], code: ["exitWith", [3]], error: ["fail", []] };
        for (const [how, [fn, args]] of Object.entries(ends)) {
          for (const restart of ["permanent", "transient", "temporary"]) {
            const isRestarted = restart === "permanent" || (restart === "transient" && how !== "normal");
            const { events, supervisor } = await started([child("a", fn, { args, restart })], { maxRestarts: 1 });
            const end = await supervisor.join().catch((error) => error);
            assert.equal(end instanceof RestartLimitError, isRestarted, `${restart} ${how}`);
            assert.deepEqual(
              events.lines,
              isRestarted
                ? ["started a", "exited a", "restarted a", "exited a", "gaveUp", "closed"]
                : ["started a", "exited a", "closed"],
            );
          }
        }
      },

    "a killed child is restarted, and its exit names signal and pid": async () => {
      const { events, supervisor } = await started([child("a"), child("b")]);
      const killed = processOf(supervisor, "a");
      killed.kill();
      await events.until("ready a", 2);
      assert.notEqual(processOf(supervisor, "a"), killed);
      assert.deepEqual(states(supervisor), ["a running 1", "b running 0"]);
      const { exit } = events.events.find(({ edge }) => edge === "exited");
      assert.equal(exit.exitCode, -9);
      assert.equal(exit.reason, "exited");
      assert.equal(exit.error.code, "ERR_MANYHANDS_WORKER_DIED");
      assert.ok(exit.pid > 0 && exit.ranMs > 0);
    },

    "oneForAll ends the others in reverse order and starts all again": async () => {
      const { events, supervisor } = await started(
        ["a", "b", "c"].map((name) => child(name)),
        { strategy: "oneForAll" },
      );
      processOf(supervisor, "b").kill();
      await events.until("ready c", 2);
      assert.deepEqual(events.of("exited", "ended", "restarted"), [
        "exited b",
        "ended c",
        "ended a",
        "restarted a",
        "restarted b",
        "restarted c",
      ]);
    },

    "restForOne restarts the child and those that were started after it": async () => {
      const { events, supervisor } = await started(
        ["a", "b", "c"].map((name) => child(name)),
        { strategy: "restForOne" },
      );
      processOf(supervisor, "b").kill();
      await events.until("ready c", 2);
      assert.deepEqual(events.of("exited", "ended", "restarted"), [
        "exited b",
        "ended c",
        "restarted b",
        "restarted c",
      ]);
      assert.deepEqual(states(supervisor), ["a running 0", "b running 1", "c running 1"]);
    },

    "a child that exits while others are restarted is counted, and all come back": async () => {
      const { events, supervisor } = await started(
        ["a", "b", "c"].map((name) => child(name)),
        {
          strategy: "restForOne",
          maxRestarts: 2,
        },
      );
      processOf(supervisor, "b").kill();
      await events.until("restarted b");
      processOf(supervisor, "a").kill();
      await events.until("restarted a");
      await events.until("restarted c");
      await events.until("ready c", 2);
      assert.deepEqual(events.of("exited"), ["exited b", "exited a"]);
      assert.deepEqual(
        supervisor.children().map(({ state }) => state),
        ["running", "running", "running"],
      );
    },

    "a supervisor gives up after too many restarts, with the history of exits in its error": async () => {
      const { events, supervisor } = await started([child("a"), child("b", "fail", { restart: "transient" })], {
        maxRestarts: 2,
        withinMs: limit,
        name: "app",
      });
      const error = await supervisor.join().catch((error) => error);
      assert.ok(error instanceof RestartLimitError);
      assert.equal(error.code, "ERR_MANYHANDS_RESTART_LIMIT");
      assert.equal(error.exits.length, 3);
      assert.ok(
        error.exits.every(
          ({ child, exitCode, error }) => child === "b" && exitCode === 1 && error.message === "no disk",
        ),
      );
      assert.equal(error.cause, error.exits[2].error);
      assert.match(error.message, /children of app.*3 times within 50000 ms.*\n.*b exited: exit code 1 \(no disk\)/s);
      assert.deepEqual(events.lines.slice(-3), ["gaveUp", "ended a", "closed"]);
      assert.equal(events.events.at(-3).error, error);
    },

    "a back-off delays restarts, and close() during one ends it": async () => {
      const backOff = { initialMs: limit, mostMs: limit, seed: 1 };
      const { events, supervisor } = await started([child("a"), child("b", "exitWith", { args: [1], backOff })]);
      await events.until("exited b");
      while (supervisor.children()[1].state !== "waiting") await new Promise(setImmediate);
      await supervisor.close();
      assert.deepEqual(events.lines.slice(-3), ["exited b", "ended a", "closed"]);
    },

    "close() during a restart ends what was started": async () => {
      const { events, supervisor } = await started([child("a"), child("b")], { strategy: "oneForAll" });
      processOf(supervisor, "a").kill();
      await events.until("restarted a");
      await supervisor.close();
      assert.deepEqual(events.of("exited", "ended", "closed"), ["exited a", "ended b", "ended a", "closed"]);
    },

    "start() rejects when a child is not ready in time, and the others have ended": async () => {
      const { events, supervisor } = record([child("a"), child("b", "forever", { readyTimeoutMs: 500 }), child("c")]);
      const error = await supervisor.start().catch((error) => error);
      assert.ok(error instanceof ChildStartError);
      assert.equal(error.code, "ERR_MANYHANDS_CHILD_START");
      assert.equal(error.exit.reason, "unready");
      assert.equal(error.exit.exitCode, -9);
      assert.match(error.message, /Cannot start supervisor: b was not ready in time and was killed/);
      assert.deepEqual(events.lines, ["started a", "ready a", "started b", "exited b", "ended a", "closed"]);
    },

    "start() rejects when a child ends before it is ready, and when it cannot be made": async () => {
      const { supervisor } = record([child("a", "exitWith", { args: [4], readyTimeoutMs: limit })]);
      const error = await supervisor.start().catch((error) => error);
      assert.equal(error.exit.exitCode, 4);
      const create = () => {
        throw new RangeError("no port");
      };
      const made = record([child("a"), { name: "b", create }]);
      const { exit, cause } = await made.supervisor.start().catch((error) => error);
      assert.deepEqual([exit.reason, exit.exitCode, cause.message], ["unstarted", null, "no port"]);
      assert.deepEqual(made.events.of("ended", "closed"), ["ended a", "closed"]);
    },

    "a restart that fails counts as an exit": async () => {
      let starts = 0;
      const create = () => {
        starts += 1;
        if (starts === 2) throw new RangeError("no port");
        return new Process(target("serve"), { startMethod });
      };
      const { events, supervisor } = await started([{ name: "a", create, readyTimeoutMs: limit }]);
      processOf(supervisor, "a").kill();
      await events.until("ready a", 2);
      assert.deepEqual(
        events.events.flatMap(({ exit }) => exit?.reason ?? []),
        ["exited", "unstarted"],
      );
    },

    "close() while it starts ends what was started, and start() rejects": async () => {
      const { events, supervisor } = record([child("a"), child("b", "forever", { readyTimeoutMs: limit }), child("c")]);
      const starting = supervisor.start().catch((error) => error);
      await events.until("started b");
      await supervisor.close();
      assert.equal((await starting).code, "ERR_MANYHANDS_CLOSED");
      assert.deepEqual(events.lines.slice(-3), ["ended b", "ended a", "closed"]);
    },

    "a child whose event loop is blocked is killed and restarted": async () => {
      for (const fn of ["hang", "waitBlocked"]) {
        const { events, supervisor } = await started([child("a", fn, { heartbeatMs: 50 })], { maxRestarts: 0 });
        const error = await supervisor.join().catch((error) => error);
        assert.deepEqual(
          error.exits.map(({ reason, exitCode }) => [reason, exitCode]),
          [["hung", -9]],
          fn,
        );
        assert.match(error.message, /a had a blocked event loop and was killed/);
        assert.deepEqual(events.of("exited"), ["exited a"]);
      }
    },

    "a child that answers its heartbeats is left alone": async () => {
      const { events } = await started([child("a", "serve", { heartbeatMs: 1000 })]);
      // Some beats, each of which would be missed by now.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      assert.deepEqual(events.of("exited"), []);
    },

    "a child that does not end within its grace is killed": async () => {
      const { events, supervisor } = await started([child("a", "ignoreTermination", { graceMs: 50 })]);
      const ending = processOf(supervisor, "a");
      await supervisor.close();
      // A thread gets no signals: it is ended at once.
      assert.equal(ending.exitCode, isThread ? -15 : -9);
      assert.deepEqual(events.of("exited", "ended"), ["ended a"]);
    },

    "a child that reports itself ready only when it is to end is killed after its grace": async () => {
      const queue = new (getContext(startMethod).Queue)();
      const { events, supervisor } = record([child("a", "readyByTermination", { args: [queue], graceMs: 300 })]);
      const starting = supervisor.start().catch((error) => error);
      await queue.get();
      await supervisor.close();
      assert.equal((await starting).code, "ERR_MANYHANDS_CLOSED");
      assert.deepEqual(events.of("exited", "ended", "closed"), ["ended a", "closed"]);
    },

    "a supervisor is a child: it starts and ends in its place, and its giving up is an exit": async () => {
      const branches = [];
      const inner = new Record();
      const supervisor = () => {
        const branch = new Supervisor([child("x"), child("y")], {
          maxRestarts: 0,
          name: "inner",
          onEvent: inner.onEvent,
        });
        branches.push(branch);
        return branch;
      };
      const { events, supervisor: outer } = await started([child("a"), { name: "b", supervisor }, child("c")]);
      assert.deepEqual(events.of("ready"), ["ready a", "ready b", "ready c"]);
      assert.equal(outer.children()[1].supervisor, branches[0]);
      const [{ supervisors }] = await ps();
      assert.deepEqual(
        supervisors.map(({ name, children }) => [name, children[1].supervisor.children.map(({ state }) => state)]),
        [["supervisor", ["running", "running"]]],
      );
      processOf(branches[0], "x").kill();
      await events.until("ready b", 2);
      const { exit } = events.events.find(({ edge }) => edge === "exited");
      assert.ok(exit.error instanceof RestartLimitError);
      assert.equal(exit.error.exits[0].child, "x");
      await outer.close();
      assert.deepEqual(inner.of("ended"), ["ended y", "ended y", "ended x"]);
      assert.deepEqual(events.of("ended"), ["ended c", "ended b", "ended a"]);
      assert.equal((await ps())[0].supervisors, null);
    },

    "a supervisor runs in a child, and ends its children in order when the child is ended": async () => {
      const endSignal = isThread ? "SIGINT" : "SIGTERM";
      const below = child("a", "superviseBelow", { args: [startMethod], endSignal, graceMs: limit });
      const { supervisor } = await started([below]);
      const process = processOf(supervisor, "a");
      // A child that is busy does not answer in time.
      let rows = await ps();
      while (rows.length < 4) rows = await ps();
      const { supervisors } = rows.find(({ name }) => name === "a");
      assert.deepEqual(
        supervisors.map(({ name, children }) => [name, children.length]),
        [["below", 2]],
      );
      assert.deepEqual(
        rows
          .map(({ name }) => name)
          .filter((name) => name.length === 1)
          .sort(),
        ["a", "x", "y"],
      );
      await supervisor.close();
      assert.equal(process.exitCode, isThread ? 1 : 0);
    },
  };
  const closing = (run) => async () => {
    try {
      await run();
    } finally {
      for (const supervisor of made.splice(0)) await supervisor.close();
    }
  };
  return Object.fromEntries(Object.entries(cases).map(([title, run]) => [title, closing(run)]));
}
