import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import { callerFrames, captureCallSite, showCaller } from "../../base/stack.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { ModuleTarget, Target } from "../../callable/form/target.ts";
import { packTarget } from "../../callable/pack/pack-target.ts";
import { type SentOnce, sentOnceId } from "./sent-once.ts";

/**
 * A function that pools were given. It is located and packed once, and sent once to each worker; its duration is
 * measured.
 */
export class KnownFunction implements SentOnce {
  readonly id = sentOnceId();
  readonly name: string;
  readonly #target: Target;
  readonly #packed = new Map<Reach, PackedTarget>();
  readonly #checked = new Set<Reach>();
  /** The moving average of the time of one call, in milliseconds; `undefined` before the first answer. */
  #meanMs: number | undefined;
  /** The time of the longest recent call, in milliseconds; it decays with each answer. */
  #longMs = 0;

  constructor(target: Target) {
    this.name = shortName(target);
    this.#target = target;
  }

  /** @throws {TargetError} when no worker could run it. */
  check(reach: Reach): void {
    if (this.#checked.has(reach)) return;
    this.pack(reach, []);
    this.#checked.add(reach);
  }

  /**
   * Packs the function for a message. Captured values are copied by the first call, and later changes to them are not
   * seen.
   *
   * @param transferList objects to move are added here. A function that captures something to move is packed again
   *   for each worker.
   */
  pack(reach: Reach, transferList: TransferListItem[]): PackedTarget {
    const known = this.#packed.get(reach);
    if (known !== undefined) return known;
    const moved: TransferListItem[] = [];
    const packed = packTarget(this.#target, { reach, transferList: moved });
    if (moved.length === 0) this.#packed.set(reach, packed);
    else transferList.push(...moved);
    return packed;
  }

  get meanMs(): number | undefined {
    return this.#meanMs;
  }

  /** The longest time to expect of one call, in milliseconds; `undefined` before the first answer. */
  get longMs(): number | undefined {
    return this.#meanMs === undefined ? undefined : Math.max(this.#meanMs, this.#longMs);
  }

  /**
   * Records how long one task ran. The last few calls count most, because a function gets faster as V8 optimises it. A
   * task of many calls counts for half, since other programs may have interrupted it.
   */
  recordDuration(ms: number, calls: number): void {
    const each = ms / Math.max(1, calls);
    this.#longMs = Math.max(each, this.#longMs * 0.9);
    this.#meanMs =
      this.#meanMs === undefined ? each : this.#meanMs + (each - this.#meanMs) * Math.min(0.5, 1 - 0.8 ** calls);
  }
}

const byObject = new WeakMap<object, KnownFunction>();
const byKey = new Map<string, KnownFunction>();

/**
 * Finds or creates the known function of a target.
 *
 * @throws {TargetError} when no worker with this reach could run it.
 */
export function knownFunction(target: Target, reach: Reach): KnownFunction {
  const known = byObject.get(target) ?? byKey.get(referenceKey(target) ?? "");
  const found = known ?? new KnownFunction(target);
  try {
    found.check(reach);
  } catch (error) {
    showCaller(error, callerFrames(captureCallSite(knownFunction)));
    throw error;
  }
  if (known !== undefined) return known;
  byObject.set(target, found);
  // A reference is usually written as a literal in the call, so each call passes a new object.
  const key = referenceKey(target);
  if (key !== undefined) byKey.set(key, found);
  return found;
}

/** The module and the export that a reference names; `undefined` for a function. */
function referenceKey(target: Target): string | undefined {
  if (target instanceof URL) return target.href;
  return typeof target === "function" ? undefined : `${(target as ModuleTarget).module}#${target.name}`;
}

function shortName(target: Target): string {
  if (target instanceof URL) return target.hash.slice(1) || (target.pathname.split("/").at(-1) ?? "");
  return target.name || "(anonymous)";
}
