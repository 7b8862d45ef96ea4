// Kills supervised children at random instants, and checks what the supervisor does. Plain JavaScript, as cases.js.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { RestartLimitError, Supervisor } from "@manyhands/process/supervisor";
import { Random } from "../chaos/random.js";
import { target } from "../fixture/supervised.js";
import { Record } from "./record.js";

/**
 * Each exit that is caused is recorded once, each child that runs is a new one, and the supervisor reaches all of its
 * children or gives up with the exits in its error.
 *
 * @param {"thread" | "spawn" | "forkserver" | "fork"} startMethod
 * @param {string} seed
 */
export async function chaos(startMethod, seed) {
  const draw = new Random(seed);
  const events = new Record();
  const names = ["a", "b", "c", "d"].slice(0, 2 + draw.below(3));
  const strategy = draw.pick(["oneForOne", "oneForAll", "restForOne"]);
  const maxRestarts = draw.pick([1, 3, 1000]);
  const leaf = (name) => ({
    name,
    target: target("serve"),
    startMethod,
    ...(draw.once(2) && { readyTimeoutMs: 50_000 }),
  });
  const branch = () => new Supervisor([leaf("x"), leaf("y")], { maxRestarts: 0 });
  const child = (name) => ({
    ...(draw.once(4) ? { name, supervisor: branch } : leaf(name)),
    ...(draw.once(3) && { backOff: { initialMs: 5, mostMs: 20, seed: draw.below(1000) } }),
  });
  const options = { strategy, maxRestarts, withinMs: 100_000, onEvent: events.onEvent };
  const supervisor = new Supervisor(names.map(child), options);
  const ended = supervisor.start().then(() => supervisor.join());
  let end;
  void ended.then(
    () => (end = "closed"),
    (error) => (end = error),
  );
  await events.until("ready a");

  const killed = new Set();
  for (let kills = 3 + draw.below(6); kills > 0 && end === undefined; kills--) {
    const running = runningBelow(supervisor);
    if (running.length > 0) {
      const victim = draw.pick(running);
      victim.kill();
      killed.add(victim);
    }
    await sleep(draw.below(60));
  }
  const exited = () => events.events.filter(({ edge }) => edge === "exited");
  // Some are closed at once, in whatever state they are.
  const isClosedEarly = draw.once(3);
  while (!isClosedEarly && end === undefined && !isSettled(supervisor)) await sleep(1);

  await supervisor.close();
  await ended.catch(() => {});
  if (end === "closed" || (isClosedEarly && end.code === "ERR_MANYHANDS_CLOSED")) {
    assert.ok(events.events.at(-1).restarts <= maxRestarts);
  } else {
    assert.equal(events.events.at(-1).restarts, maxRestarts + 1);
    assert.ok(end instanceof RestartLimitError, String(end));
    assert.equal(end.exits.length, maxRestarts + 1);
    assert.ok(end.exits.every(({ exitCode, error }) => exitCode === -9 || error instanceof RestartLimitError));
  }
  // A child that its supervisor had asked to end has not exited by itself. One that exits before its turn to end has,
  // and causes no restart.
  assert.ok(exited().length >= events.events.at(-1).restarts);
  assert.ok(exited().length <= killed.size, `${exited().length} exits of ${killed.size} kills`);
  const starts = events.of("started", "restarted").length;
  assert.equal(events.of("exited", "ended").length, starts, "each start has one end");
  assert.equal(events.lines.at(-1), "closed");
  assert.deepEqual(
    supervisor.children().map(({ state, process }) => [state, process]),
    names.map(() => ["ended", null]),
  );
}

/** The processes below a supervisor that can be killed: those of supervisors that have started. */
function runningBelow(supervisor) {
  const running = supervisor.children().filter(({ state }) => state === "running");
  return running.flatMap(({ process, supervisor }) => (process === null ? runningBelow(supervisor) : [process]));
}

function isSettled(supervisor) {
  return supervisor.children().every(({ state, process, supervisor }) => {
    return state === "running" && (process === null ? isSettled(supervisor) : process.isAlive);
  });
}
