import type { TransferListItem } from "node:worker_threads";
import { InterruptError } from "../../base/errors.ts";
import { flushAll, flushAllSync, warnOfUnsent } from "../../base/flush.ts";
import { type InterruptCheck, interruptWaits, setInterruptCheck } from "../../base/interrupt.ts";
import { lazyRequire } from "../../base/lazy-require.ts";
import { observer } from "../../base/observer.ts";
import { trimStack } from "../../base/stack.ts";
import { inspectThrown, isInstance } from "../../base/thrown.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packAnswer, packError } from "../../callable/pack/pack-answer.ts";
import type { Channel } from "../../channel/channel.ts";
import { withCloneErrors } from "../../codec/encode.ts";
import { thrownStandIn } from "../../codec/encoding-error.ts";
import { checkCloneable } from "../../codec/refusal.ts";
import type { BlockedPlace } from "../../memory/wait/known-gates.ts";
import { PR_SET_PDEATHSIG } from "../../posix/calls/linux-constants.ts";
import { getLogger } from "../info/logger.ts";
import { directionsOf } from "../info/observe.ts";
import { ownInfo } from "../info/own-info.ts";
import { ownTid } from "../info/proc.ts";
import { identity } from "../info/process-identity.ts";
import { setReadyReport } from "../info/ready-report.ts";
import type { ToChild, ToParent } from "../info/start-message.ts";
import { warnUnsent } from "../info/warn-unsent.ts";
import { watchTimes } from "../info/watch-times.ts";
import { exitCodeForValue, SystemExit } from "./child-exit.ts";
import { leaveSignalsToParent } from "./leave-signals.ts";
import { openParentChannel, type ParentChannel } from "./parent-channel.ts";
import { watchParent } from "./parent-process.ts";

// A read of the channel costs some microseconds, or 0.1 ms in a process that rarely runs. A wait that is woken often
// must stay fast.
const pollEveryMs = 20;
/** The same for the beginning of a wait: a thread whose waits all end soon is interrupted this late. */
const pollFirstEveryMs = 500;

/** The runtime inside a child: reports to the parent, handles signals and uncaught errors, and exits. */
export class RunningChild {
  readonly #channel: Channel;
  readonly #name: string;
  readonly #parentChannel: ParentChannel;
  #isSettled = false;
  #hasParent = true;
  #isBlocked = false;
  #isInterrupted = false;
  #polledAt = 0;
  /** Where this thread was blocked when it last reported that. */
  #reportedPlace: unknown;

  constructor(channel: Channel, name: string) {
    this.#channel = channel;
    this.#name = name;
    this.#parentChannel = openParentChannel(channel);
    setReadyReport(() => this.#send({ type: "ready" }));
    if (observer !== undefined) channel.directions = directionsOf(identity().lineage, "child");
    channel.receive((message: ToChild) => this.#receive(message));
    process.on("uncaughtException", this.#onUncaught);
    if (identity().servesParent) leaveSignalsToParent(this.#parentChannel);
    else {
      process.on("SIGINT", this.#onInterrupt);
      setInterruptCheck(this.#throwPendingInterrupt);
    }
    process.once("beforeExit", this.#onUnsettled);
    process.on("exit", this.#onExit);
    const parent = { keepAlive: (alive: boolean) => channel.ref(alive), outlive: clearParentDeathSignal };
    void watchParent(channel.closed, parent).then((isWatched) => {
      this.#hasParent = false;
      // A child ends with its parent, unless it waits for the parent's end.
      if (!isWatched) process.exit(1);
    });
  }

  /** Reports that the target is about to be called. */
  begin(): void {
    getLogger().info("child process calling run()");
    observer?.reached("running");
    // Only a thread reports its kernel id: the parent knows the id of a process.
    this.#send({ type: "running", tid: this.#channel.reach === "thread" ? ownTid() : null });
  }

  /** Sends the target's result. The process goes on until nothing is open. */
  async succeed(value: unknown): Promise<void> {
    this.#isSettled = true;
    warnOfUnsent(warnUnsent);
    // Nothing is awaited here: the process goes on until all is sent, and asks for room at once.
    void flushAll();
    const { reach } = this.#channel;
    const transferList: TransferListItem[] = [];
    try {
      const packed = packAnswer(value, "result", reach, transferList);
      const result = packed instanceof Promise ? await packed : packed;
      withCloneErrors(value, { reach, path: "result", transferList }, () =>
        this.#send({ type: "result", value: result }, transferList),
      );
      observer?.reached("answered");
    } catch (error) {
      this.#isSettled = false;
      throw error;
    }
  }

  /** Prints an error and sends it to the parent, then ends this process. */
  fail(error: unknown): void {
    if (isInstance(error, SystemExit)) {
      this.#exit(exitCodeForValue(error.value));
      return;
    }
    trimStack(error);
    process.stderr.write(`Process ${this.#name}:\n${inspectThrown(error)}\n`);
    const packed = this.#isSettled ? undefined : this.#packError(error);
    this.#isSettled = true;
    const end = (value?: PackedValue) => {
      if (value !== undefined) this.#send({ type: "error", error: value });
      this.#exit(1);
    };
    if (packed instanceof Promise) void packed.then(end);
    else end(packed);
  }

  // As `packThrown()`, for an error whose class may have to be loaded.
  #packError(error: unknown): PackedValue | Promise<PackedValue> {
    const { reach } = this.#channel;
    const checked = (packed: PackedValue) => {
      checkCloneable(packed.value, reach);
      return packed;
    };
    const standIn = (refused: unknown) => packError(thrownStandIn(refused, error, reach), reach) as PackedValue;
    try {
      const packed = packError(error, reach);
      return packed instanceof Promise ? packed.then(checked).catch(standIn) : checked(packed);
    } catch (refused) {
      return standIn(refused);
    }
  }

  #exit(code: number): void {
    // Set first: in an exit handler, this process ends before the promise below resolves.
    process.exitCode = code;
    warnOfUnsent(warnUnsent);
    void Promise.all([this.#channel.flushed(), flushAll()]).then(() => process.exit(code));
  }

  // process.exit() stops the event loop. The result is sent first, since the parent may read queues only after it.
  readonly #onExit = () => {
    if (!this.#hasParent) return;
    setInterruptCheck(undefined);
    getLogger().info("process shutting down");
    this.#channel.flushSync();
    flushAllSync(warnUnsent);
    getLogger().info("process exiting with exit code %d", process.exitCode ?? 0);
  };

  readonly #onUncaught = (error: unknown) => {
    // A listener of the user's handles uncaught errors instead, as in any program.
    if (process.listenerCount("uncaughtException") === 1) this.fail(error);
  };

  readonly #onInterrupt = () => {
    if (process.listenerCount("SIGINT") !== 1) return;
    if (this.#isBlocked) {
      this.#isInterrupted = true;
      return;
    }
    const error = new InterruptError();
    // No line of the target's threw it: its frames are those of the signal handler, the same in every child.
    error.stack = `${error.name}: ${error.message}`;
    // The target gets the error from what it waits for, so that its `finally` blocks run. Waits for other objects than
    // this package's cannot be ended.
    if (!interruptWaits(error)) this.fail(error);
  };

  // Called while a wait blocks this thread: the event loop does not deliver messages.
  // The place is sent before the look, and the parent looks for it after it has sent an interrupt. So one of them sees
  // the other's message.
  readonly #throwPendingInterrupt: InterruptCheck = (isFirst, describePlace) => {
    const now = performance.now();
    const isReported = describePlace !== undefined && describePlace !== this.#reportedPlace;
    if (isReported) this.#reportPlace(describePlace);
    else if (now - this.#polledAt < (isFirst ? pollFirstEveryMs : pollEveryMs)) return;
    this.#polledAt = now;
    this.#isBlocked = true;
    try {
      this.#channel.poll();
    } finally {
      this.#isBlocked = false;
    }
    if (!this.#isInterrupted) return;
    this.#isInterrupted = false;
    throw new InterruptError();
  };

  // Nothing is open that could settle the target's promise. Node exits with 13 for that, and so does the child.
  readonly #onUnsettled = () => {
    if (this.#isSettled) return;
    process.stderr.write(
      `Process ${this.#name}: its target awaits a promise that cannot settle, since nothing keeps its event loop alive\n`,
    );
    process.exit(13);
  };

  #reportPlace(describe: () => object): void {
    this.#reportedPlace = describe;
    this.#send({ type: "blocked", place: describe() as BlockedPlace });
  }

  #send(message: ToParent, transferList: TransferListItem[] = []): void {
    this.#channel.send(message, transferList);
  }

  async #sendInfo(id: number, watchMs: number | undefined): Promise<void> {
    const { listProcesses } = await import("../watch/list-processes.ts");
    this.#send({ type: "answer", id, rows: await listProcesses(watchMs) });
  }

  // No promise settles while the thread is blocked, so that its children cannot be asked.
  #sendOwnInfo(id: number, watchMs: number): void {
    watchTimes(watchMs);
    this.#send({ type: "answer", id, rows: [ownInfo()] });
    this.#channel.flushSync();
  }

  #receive(message: ToChild): void {
    switch (message.type) {
      case "message":
        this.#parentChannel.deliver(message.body);
        break;
      case "ask":
        // An error is dropped: the parent's request times out, and it works without the answer.
        if (this.#isBlocked && message.watchMs !== undefined) this.#sendOwnInfo(message.id, message.watchMs);
        else void this.#sendInfo(message.id, message.watchMs).catch(() => {});
        break;
      case "beat":
        // Not at once: this code also runs while a wait blocks the event loop, which the answer says to turn.
        setImmediate(() => this.#send({ type: "beat" }));
        break;
      case "interrupt":
        if (process.listenerCount("SIGINT") === 0) this.#send({ type: "uninterrupted" });
        else process.emit("SIGINT", "SIGINT");
    }
  }
}

/** Stops the kernel from ending this process with its parent. Only a spawned child on Linux has such a signal set. */
function clearParentDeathSignal(): void {
  if (process.platform !== "linux") return;
  try {
    const koffi = lazyRequire<typeof import("koffi")>("koffi");
    koffi.load(null).func("int prctl(int, unsigned long)")(PR_SET_PDEATHSIG, 0);
  } catch {
    // Without koffi the signal stays set: this process ends with its parent.
  }
}
