import type { TransferListItem } from "node:worker_threads";
import { packTarget } from "../../callable/pack/pack-target.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import type { Exit } from "../../start/start-method.ts";
import type { ToPool } from "../wire/pool-message.ts";
import { type PoolWorkerEvent, publishWorker } from "./pool-events.ts";
import { Member } from "./pool-worker.ts";
import type { CrewOptions } from "./worker-set-options.ts";

/** What a crew is told of its members. */
export interface RosterEvents {
  received(member: Member, message: ToPool): void;
  ended(member: Member, exit: Exit): void;
}

/** Longest time that a worker has to leave when it was told to, in milliseconds. */
const leaveMs = 5000;

/** The members of a crew: how they come and how they go. */
export class Roster {
  readonly #options: CrewOptions;
  readonly #events: RosterEvents;
  readonly #members = new Set<Member>();
  #born = 0;
  #nextName: string | undefined;

  constructor(options: CrewOptions, events: RosterEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** All that have not ended. */
  get members(): ReadonlySet<Member> {
    return this.#members;
  }

  /** Makes another worker. @throws what packing its orders, or starting it, throws; nothing was made then. */
  hire(): void {
    const { engine, initializer, initArgs, budget, workerName, maxTasksPerWorker, maxBytesPerWorker, resourceLimits } =
      this.#options;
    // Kept for the next try when this one fails.
    this.#nextName ??= workerName(this.#born);
    const name = this.#nextName;
    const transferList: TransferListItem[] = [];
    const boot = {
      initializer: initializer === undefined ? null : packTarget(initializer, { reach: engine.reach, transferList }),
      initArgs: packValue(initArgs, "initArgs", engine.reach, transferList),
      budget,
      tellBytes: maxBytesPerWorker !== Number.POSITIVE_INFINITY,
    };
    const spec = { name, boot, transferList, resourceLimits };
    const worker = engine.launch(spec, (message) => this.#events.received(member, message));
    this.#nextName = undefined;
    this.#born += 1;
    const member = new Member(name, worker, engine.reach, maxTasksPerWorker);
    this.#members.add(member);
    this.tell("started", member);
    void worker.exited.then((exit) => {
      member.clearTimers();
      this.#members.delete(member);
      this.tell("ended", member, { reason: member.endReason ?? "died", exitCode: exit.code });
      this.#events.ended(member, exit);
    });
  }

  /** Tells an idle member to leave. */
  letGo(member: Member): void {
    member.state = "ending";
    member.worker.send({ type: "leave" });
    const { graceMs } = this.#options;
    member.grace = setTimeout(() => this.kill(member, "closed"), Math.max(leaveMs, graceMs)).unref();
  }

  /** Sends a member away that has nothing to do any more. */
  dismiss(member: Member): void {
    if (member.state === "ending") return;
    member.endReason ??= "closed";
    if (member.state === "booting") this.kill(member, "closed");
    else this.letGo(member);
  }

  /** Ends a member, whatever it is doing. @param reason why, unless it was told before. */
  kill(member: Member, reason: string, signal: NodeJS.Signals = "SIGTERM"): void {
    member.clearTimers();
    member.state = "ending";
    member.endReason ??= reason;
    member.worker.kill(signal);
    // A process may listen for SIGTERM and stay.
    if (signal === "SIGKILL") return;
    member.grace = setTimeout(() => member.worker.kill("SIGKILL"), this.#options.graceMs).unref();
  }

  /** Publishes an edge of a member's life. */
  tell(edge: PoolWorkerEvent["edge"], member: Member, more: { reason?: string; exitCode?: number } = {}): void {
    const { name, worker } = member;
    const { pid, threadId } = worker;
    publishWorker(() => ({ edge, pool: this.#options.name, worker: name, pid, threadId, ...more }));
  }
}
