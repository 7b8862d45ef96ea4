import { bundleProgram, type Edit } from "./bundle.ts";
import { type Decision, kill, maxSteps, timeOut } from "./control.ts";
import type { Program } from "./program.ts";
import { lowest } from "./scheduler.ts";
import { type Deviation, ThreadSet } from "./thread-set.ts";

/** Which schedules are explored. */
export interface ExploreOptions {
  /** How many preemptions a schedule may have. Switches where a thread blocks or ends are free. Default: 1. */
  readonly preemptions?: number;
  /** Threads of which one may be killed, at any step. Default: none. */
  readonly killable?: readonly number[];
  /**
   * Whether a sleep may end by its timeout while other threads can run, as happens on a slow machine. Each such
   * timeout counts as a preemption. Default: false.
   */
  readonly earlyTimeouts?: boolean;
  /** The longest sleep that may end by its timeout. Default: {@link Program.longestNapMs}. */
  readonly longestNapMs?: number;
  /** Changes of the source, such as a planted fault. Default: none. */
  readonly edits?: readonly Edit[];
}

/** What an exploration found. */
export interface Report {
  /** How many schedules ran. */
  readonly schedules: number;
  /** In how many of them a sleep ended by its timeout because no thread could run. */
  readonly withTimeouts: number;
  /** The first schedule that failed, among those with the fewest preemptions; `undefined` when none did. */
  readonly failure: string | undefined;
}

interface Schedule {
  readonly deviations: readonly Deviation[];
  readonly isKilling: boolean;
}

/** How many states can be remembered: the largest `Set`. */
const mostStates = 2 ** 24;

/** How long this thread may block before its event loop gets a turn, in ms. */
const blockedMs = 100;

/**
 * Runs a program under every schedule with few preemptions, those with fewer first, and checks each outcome.
 *
 * Most faults of concurrent programs need one or two preemptions at the right steps (M. Musuvathi and S. Qadeer,
 * "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", 2007). A schedule is a list of
 * deviations from the default one. Each decision after the last deviation of a schedule that ran leads to the
 * schedules that deviate there too, unless the same state was explored before.
 *
 * @param path the path of the program's module.
 */
export async function explore(program: Program, path: string, options: ExploreOptions = {}): Promise<Report> {
  const {
    preemptions = 1,
    killable = [],
    earlyTimeouts = false,
    longestNapMs = program.longestNapMs ?? 0,
    edits,
  } = options;
  await using threads = new ThreadSet({ ...program, longestNapMs }, await bundleProgram(path, edits));
  await threads.ready();
  const pending: Schedule[][] = Array.from({ length: preemptions + 1 }, () => []);
  pending[0]?.push({ deviations: [], isKilling: false });
  // Schedules with fewer preemptions run first, so the first schedule to reach a state has the most preemptions left.
  const seen = new Set<number>();
  let [schedules, withTimeouts, lastPause] = [0, 0, performance.now()];

  for (let used = 0; used <= preemptions; used++) {
    const stack = pending[used] as Schedule[];
    for (let schedule = stack.pop(); schedule !== undefined; schedule = stack.pop()) {
      const { deviations, isKilling } = schedule;
      const run = threads.run(deviations);
      schedules++;
      if (run.timeouts > 0) withTimeouts++;
      if (run.failure !== undefined)
        return { schedules, withTimeouts, failure: describe(run.failure, deviations, threads) };
      for (const decision of run.decisions) {
        if (seen.has(decision.key)) break;
        seen.add(decision.key);
        for (const { choice, cost } of alternatives(decision, earlyTimeouts)) {
          const next = { deviations: [...deviations, { step: decision.step, choice }], isKilling };
          pending[used + cost]?.push(next);
        }
        if (isKilling || !killable.includes(decision.current)) continue;
        stack.push({ deviations: [...deviations, { step: decision.step, choice: kill }], isKilling: true });
      }
      if (seen.size > mostStates - maxSteps)
        throw new RangeError(`Cannot explore ${path}: it has too many states, allow fewer preemptions or shorten it`);
      if (performance.now() - lastPause < blockedMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      lastPause = performance.now();
    }
  }
  return { schedules, withTimeouts, failure: undefined };
}

/** The choices at a decision other than the default, each with the number of preemptions that it counts as. */
function* alternatives({ current, runnable, sleepers }: Decision, earlyTimeouts: boolean) {
  const isFree = current === -1;
  const chosen = isFree ? lowest(runnable) : current;
  for (let thread = 0; runnable >> thread !== 0; thread++) {
    if (thread !== chosen && (runnable & (1 << thread)) !== 0) yield { choice: thread, cost: isFree ? 0 : 1 };
  }
  for (let thread = 0; earlyTimeouts && sleepers >> thread !== 0; thread++) {
    if ((sleepers & (1 << thread)) !== 0) yield { choice: timeOut + thread, cost: 1 };
  }
}

function describe(failure: string, deviations: readonly Deviation[], threads: ThreadSet): string {
  const lines = deviations.map(({ step, choice }) => {
    if (choice === kill) return `step ${step}: the running thread is killed`;
    return choice >= timeOut
      ? `step ${step}: the sleep of thread ${choice - timeOut} times out`
      : `step ${step}: thread ${choice} runs`;
  });
  return [failure, "Schedule:", ...lines, "Last operations (thread operation word → result):", threads.journal()].join(
    "\n",
  );
}
