import { type Death, WorkerDiedError } from "../base/errors.ts";
import { signalOf } from "../start/exit-code.ts";
import type { Exit } from "../start/start-method.ts";
import type { Member } from "./member.ts";
import type { Task } from "./task.ts";

/** The error for the end of a worker that nobody asked for. `task` is what it was running, `null` between tasks. */
export function deathOf({ name, worker }: Member, { code, error }: Exit, task: Task | null): WorkerDiedError {
  const { pid, threadId, lastWords } = worker;
  const signal = signalOf(code);
  const who = `${name} (${threadId === 0 ? `pid ${pid}` : `thread ${threadId} of pid ${pid}`})`;
  const when = task === null ? "ended by itself" : `ended while it ran ${describe(task)}`;
  const how = signal === null ? `exit code ${code}` : `${signal}, exit code ${code}`;
  const why = error instanceof Error ? ` (${error.message})` : "";
  const said = lastWords === "" ? "" : `; the last that it wrote to stderr:\n${lastWords}`;
  const death: Death = { exitCode: code, signal, pid, processName: name, stderr: lastWords };
  return new WorkerDiedError(`${who} ${when}: ${how}${why}${said}`, death, error === undefined ? {} : { cause: error });
}

/** The error for a task that is given up: its last death, with those before as its cause. */
export function givenUp(task: Task): WorkerDiedError {
  const last = task.deaths.at(-1) as WorkerDiedError;
  if (task.deaths.length === 1) return last;
  const { exitCode, signal, pid, processName, stderr } = last;
  const cause = new AggregateError(task.deaths, `${describe(task)} ended ${task.deaths.length} workers`);
  return new WorkerDiedError(
    `Gave up ${describe(task)} after ${task.deaths.length} attempts, each of which ended its worker; the last: ${last.message}`,
    { exitCode, signal, pid, processName, stderr },
    { cause },
  );
}

/** A task as errors name it: `apply(resize)`, `items 40 to 59 of map(resize)`. */
export function describe({ spec: { fn, kind, call, firstItem = 0 }, items }: Task): string {
  const whole = `${call}(${fn.name})`;
  if (kind === "call") return whole;
  return items === 1 ? `item ${firstItem} of ${whole}` : `items ${firstItem} to ${firstItem + items - 1} of ${whole}`;
}
