import { getContext, type Process, type SharedArray } from "@manyhands/process";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Kernel, Size } from "../kernel/kernel.ts";
import type { Crew, CrewRun, WorkerReport } from "./crew.ts";
import type { Line, ProcessOrder, processMember } from "./process-member.ts";
import { now } from "./thread-clock.ts";
import type { WarmUp } from "./warm-up.ts";

const target = { module: new URL("./process-member.js", import.meta.url), name: "processMember" };

/** Starts a crew of fresh processes for one kernel, each at the end of a Pipe, and waits until all are warm. */
export async function startProcessCrew(kernel: Kernel, size: Size, workers: number): Promise<Crew> {
  const { SharedArray } = getContext("spawn");
  const next = new SharedArray("i32", 1, { lock: false });
  const crew = new ProcessCrew(next as SharedArray<"i32">);
  const member = (role: string) => new ProcessMember(kernel, size, role, next as SharedArray<"i32">);
  try {
    // As with threads: the soloist is warm before the others begin.
    await crew.admit([member("soloist")]);
    await crew.admit(Array.from({ length: workers }, (_, at) => member(`worker ${at}`)));
  } catch (error) {
    await crew.abandon();
    throw error;
  }
  return crew;
}

class ProcessCrew implements Crew {
  readonly warmUps: WarmUp[] = [];
  /** The soloist first, then the workers. */
  readonly #members: ProcessMember[] = [];
  readonly #next: SharedArray<"i32">;

  constructor(next: SharedArray<"i32">) {
    this.#next = next;
  }

  async admit(members: readonly ProcessMember[]): Promise<void> {
    this.#members.push(...members);
    this.warmUps.push(...(await Promise.all(members.map((member) => member.answer<WarmUp>()))));
  }

  async run(workers: number, copies: number): Promise<CrewRun> {
    Atomics.store(this.#next.typed as Int32Array, 0, 0);
    const callNs = now();
    const reports = await this.#order(this.#members.slice(1, workers + 1), { copies, alone: false });
    return { callNs, returnNs: now(), reports };
  }

  async runAlone(copies: number): Promise<CrewRun> {
    const [report] = (await this.#order(this.#members.slice(0, 1), { copies, alone: true })) as [WorkerReport];
    return { callNs: report.startNs, returnNs: report.endNs, reports: [report] };
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()));
  }

  /** Ends what is left of a crew that lost a member. */
  async abandon(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
  }

  async #order(members: readonly ProcessMember[], given: ProcessOrder): Promise<WorkerReport[]> {
    try {
      return await Promise.all(
        members.map(async (member) => {
          await member.tell(given);
          return member.answer<WorkerReport>();
        }),
      );
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }
}

/** The caller's side of one member. */
class ProcessMember {
  readonly #child: Process<typeof processMember>;
  readonly #line: Line;
  readonly #died: Promise<never>;

  constructor(kernel: Kernel, size: Size, role: string, next: SharedArray<"i32">) {
    const { Pipe, Process } = getContext("spawn");
    const [near, far] = Pipe();
    const name = `${kernel.id} ${role}`;
    this.#line = near as Line;
    this.#child = new Process<typeof processMember>(target, {
      args: [{ kernel: { module: kernel.module, id: kernel.id }, size, line: far as Line, next }],
      name,
    });
    this.#child.start();
    far.close();
    this.#died = this.#child.result().then(
      () => Promise.reject(lost(name, "it ended before its work was done")),
      (error: unknown) => Promise.reject(lost(name, error instanceof Error ? error.message : String(error), error)),
    );
    this.#died.catch(() => {});
  }

  async tell(given: ProcessOrder): Promise<void> {
    await Promise.race([this.#line.send(given), this.#died]);
  }

  /** The next message of the member; rejects when it dies first. */
  async answer<T>(): Promise<T> {
    // The end of the Pipe and the death are two tellings of one event; the death says more.
    const message = this.#line.recv().catch(() => this.#died);
    return (await Promise.race([message, this.#died])) as T;
  }

  async end(): Promise<void> {
    await this.#line.send(null);
    await this.#child.join();
    this.#line.close();
  }

  async kill(): Promise<void> {
    this.#child.kill();
    await this.#child.join();
    this.#line.close();
  }
}

function lost(name: string, why: string, cause?: unknown): BenchError {
  return new BenchError(`Cannot measure: ${name} died: ${why}`, exitCodes.invalid, { cause });
}
