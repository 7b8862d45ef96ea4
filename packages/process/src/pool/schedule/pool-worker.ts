import type { Reach } from "../../base/shareable.ts";
import { encode } from "../../codec/encode.ts";
import type { EngineWorker } from "../engine/engine.ts";
import type { SentOnce } from "../wire/sent-once.ts";
import { RunMessage } from "./run-message.ts";
import { InFlight } from "./sent-tasks.ts";
import type { Task } from "./task.ts";
import type { TaskSources } from "./task-sources.ts";

/** What a member of a crew is doing; `retiring` takes nothing new, `ending` was told to end. */
export type MemberState = "booting" | "ready" | "retiring" | "ending";

/** Functions and repeated values that a worker keeps; the oldest is forgotten first. */
const keptThings = 512;

/** What became of tasks that a member was to get. */
export interface Filled {
  /** They are with the worker. */
  readonly sent: readonly Task[];
  /** They cannot be made ready to be sent, or not be cloned. */
  readonly refused: readonly (readonly [task: Task, error: unknown])[];
  /** One of them cannot be cloned, and nobody knows which: each goes by itself, and that will show. */
  readonly unsent: readonly Task[];
}

/** One worker of a pool, as the pool sees it. */
export class Member {
  readonly name: string;
  readonly worker: EngineWorker;
  readonly #reach: Reach;
  /** The functions and repeated values that it has been sent. */
  readonly #known = new Set<number>();
  /** Those that it is to forget with the next message; what is on its way may still need them. */
  readonly #stale: number[] = [];
  readonly #inFlight = new InFlight();
  /** How many messages of tasks it has been sent. */
  #sent = 0;
  #mayTake: number;
  state: MemberState = "booting";
  /** Why it is being ended, once it is. */
  endReason: string | null = null;
  answered = 0;
  /** Ends the worker when a cancelled task does not stop. */
  grace: NodeJS.Timeout | undefined;
  /** Cancels the task that it runs when its time is out. */
  limit: NodeJS.Timeout | undefined;

  /** @param mayTake after how many tasks it is replaced. */
  constructor(name: string, worker: EngineWorker, reach: Reach, mayTake: number) {
    this.name = name;
    this.worker = worker;
    this.#reach = reach;
    this.#mayTake = mayTake;
  }

  /** The tasks that it was sent and has not answered, in the order in which it runs them. */
  get tasks(): readonly Task[] {
    return this.#inFlight.tasks;
  }

  /** What it is running, or was when it ended: the first that it owes, if it had begun on the message that it came with. */
  get current(): Task | undefined {
    const [first] = this.tasks;
    return first !== undefined && first.sentWith <= this.worker.begun ? first : undefined;
  }

  get isIdle(): boolean {
    return this.#inFlight.isEmpty;
  }

  /** Whether it has taken all the tasks that it may take. */
  get isSpent(): boolean {
    return this.#mayTake <= 0;
  }

  /** Whether it is worth a message: it has run down what was sent ahead. */
  get wantsMore(): boolean {
    if (this.state !== "ready" || this.isSpent || this.limit !== undefined || this.grace !== undefined) return false;
    return this.#inFlight.isEmpty || this.#inFlight.isLow;
  }

  /**
   * Takes tasks, as long as they are worth sending ahead, and sends them in one message.
   *
   * @param most how many, at most.
   */
  fill(sources: TaskSources, most: number): Filled {
    const message = new RunMessage(this.#reach, this.#known, this.#stale);
    const refused: [Task, unknown][] = [];
    while (message.tasks.length < most && message.tasks.length < this.#mayTake && !this.#inFlight.isFull) {
      const isExclusive = sources.peekExclusive();
      if (isExclusive === undefined || (isExclusive && !this.#inFlight.isEmpty)) break;
      const task = sources.take();
      if (task === undefined) break;
      try {
        this.#inFlight.add(task, message.add(task));
      } catch (error) {
        refused.push([task, error]);
        continue;
      }
      if (task.isExclusive) break;
    }
    const { tasks } = message;
    if (tasks.length === 0) return { sent: tasks, refused, unsent: [] };
    try {
      this.worker.send(message.wire, message.transferList);
    } catch (error) {
      for (const { id } of tasks) this.#inFlight.remove(id);
      const [task] = tasks as [Task];
      return tasks.length > 1
        ? { sent: [], refused, unsent: tasks }
        : { sent: [], refused: [...refused, [task, message.refusalOf(task, error)]], unsent: [] };
    }
    this.#sent += 1;
    for (const task of tasks) task.sentWith = this.#sent;
    this.#mayTake -= tasks.length;
    if (message.isNews) this.#remember(message);
    return { sent: tasks, refused, unsent: [] };
  }

  /** Notes that a task is not with the worker any more. */
  answer(id: number): Task | undefined {
    return this.#inFlight.remove(id);
  }

  /** Stops what would end the member or its task. */
  clearTimers(): void {
    if (this.grace !== undefined) clearTimeout(this.grace);
    if (this.limit !== undefined) clearTimeout(this.limit);
    this.grace = undefined;
    this.limit = undefined;
  }

  /** Tells the worker that nobody wants a task's answer any more. */
  cancel(task: Task, reason: unknown): void {
    const options = { reach: this.#reach, path: "signal.reason", transferList: [] };
    let told = encode(new Error(String(reason)), options);
    try {
      told = encode(reason, options);
      structuredClone(told.value);
    } catch {
      // The text has to do for a reason that cannot cross.
    }
    this.worker.send({ type: "cancel", id: task.id, reason: told });
  }

  /** Lets the worker forget what nobody will name again. */
  forget(things: readonly SentOnce[]): void {
    const known = things.filter(({ id }) => this.#known.delete(id)).map(({ id }) => id);
    if (known.length === 0 || this.state === "ending") return;
    this.worker.send({ type: "run", tasks: [], functions: [], values: [], forget: known });
  }

  #remember({ functions, values }: RunMessage): void {
    this.#stale.length = 0;
    for (const [id] of functions) this.#known.add(id);
    for (const [id] of values) this.#known.add(id);
    for (const id of this.#known) {
      if (this.#known.size <= keptThings) break;
      this.#known.delete(id);
      this.#stale.push(id);
    }
  }
}
