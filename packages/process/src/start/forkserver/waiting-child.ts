import { longestTimer } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import type { StreamChannel } from "../../channel/stream-channel.ts";
import { isShortage } from "../../posix/calls/shortage.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import type { Child, Exit, LaunchSpec } from "../start-method.ts";
import { WaitingChannel } from "./waiting-channel.ts";

/** A child that was requested, with its channel. */
export interface Requested {
  readonly child: Child;
  readonly channel: StreamChannel;
}

/** How many children hold descriptors of this process. */
let holders = 0;
const waiting = new Set<WaitingChild>();

onForkInChild(() => {
  holders = 0;
  waiting.clear();
});

/** Records that a child holds descriptors of this process until it has ended. */
export function noteHolder({ exited }: Child): void {
  holders += 1;
  void exited.then(() => {
    holders -= 1;
    noteFreeDescriptors();
  });
}

/** Requests the children that wait for descriptors soon: some became free. */
export function noteFreeDescriptors(): void {
  // In a turn of its own: the caller may be requesting another child.
  if (waiting.size > 0) setImmediate(startWaiting);
}

// In the order of their starts, as long as there are enough.
function startWaiting(): void {
  for (const child of waiting) if (!child.tryStart(holders === 0)) return;
}

/**
 * Whether a child may wait when no descriptor is left: other children will give theirs back, and none of its streams is
 * to be used by the program now.
 */
export function mayWait({ stdin, stdout, stderr }: LaunchSpec, error: unknown): boolean {
  return holders > 0 && isShortage(error) && ![stdin, stdout, stderr].includes("pipe");
}

/**
 * A child whose start found no free descriptor, while other children of fork servers hold some: many starts at once,
 * which wait for a server that boots. It is requested when these have given theirs back.
 */
export class WaitingChild implements Child {
  readonly threadId = 0;
  readonly channel = new WaitingChannel();
  readonly stdin = null;
  readonly stdout = null;
  readonly stderr = null;
  readonly #request: () => Requested;
  readonly #exit = deferred<Exit>();
  readonly #keepAlive = setInterval(() => {}, longestTimer);
  #child: Child | undefined;
  #isWanted = true;
  #signals: NodeJS.Signals[] = [];

  /** @param request requests it. Throws the system's error when no descriptor is left. */
  constructor(request: () => Requested) {
    this.#request = request;
    waiting.add(this);
  }

  get exited(): Promise<Exit> {
    return this.#exit.promise;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get hasPid(): boolean {
    return this.#child?.hasPid ?? false;
  }

  get stderrTail(): string {
    return this.#child?.stderrTail ?? "";
  }

  /** @param isLast whether no other child will give descriptors back. @returns whether it waits no more. */
  tryStart(isLast: boolean): boolean {
    let requested: Requested;
    try {
      requested = this.#request();
    } catch (error) {
      if (!isLast && isShortage(error)) return false;
      this.#endWaiting();
      this.channel.close();
      this.#exit.resolve({ code: 1, error });
      return true;
    }
    this.#endWaiting();
    const { child, channel } = requested;
    this.#child = child;
    this.channel.connect(channel);
    child.ref(this.#isWanted);
    for (const signal of this.#signals.splice(0)) child.kill(signal);
    this.#exit.resolve(child.exited);
    return true;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#child === undefined) this.#signals.push(signal);
    else this.#child.kill(signal);
  }

  ref(alive: boolean): void {
    this.#isWanted = alive;
    if (alive) this.#keepAlive.ref();
    else this.#keepAlive.unref();
    this.#child?.ref(alive);
  }

  #endWaiting(): void {
    waiting.delete(this);
    clearInterval(this.#keepAlive);
  }
}
