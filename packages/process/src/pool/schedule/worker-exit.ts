import { type Death, WorkerDiedError } from "../../base/errors.ts";
import { signalOf } from "../../start/child/exit-code.ts";
import type { Exit } from "../../start/start-method.ts";
import type { Member } from "./pool-worker.ts";
import type { Task } from "./task.ts";

/** The error for the end of a worker that nobody asked for. `task` is what it was running, `null` between tasks. */
export function deathOf({ name, worker }: Member, { code, error }: Exit, task: Task | null): WorkerDiedError {
  const { pid, threadId, lastWords } = worker;
  const signal = signalOf(code);
  const who = `${name} (${threadId === 0 ? `pid ${pid}` : `thread ${threadId} of pid ${pid}`})`;
  const when = task === null ? "ended by itself" : `ended while it ran ${task.title}`;
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
  const cause = new AggregateError(task.deaths, `${task.title} ended ${task.deaths.length} workers`);
  return new WorkerDiedError(
    `Gave up ${task.title} after ${task.deaths.length} attempts, each of which ended its worker; the last: ${last.message}`,
    { exitCode, signal, pid, processName, stderr },
    { cause },
  );
}
