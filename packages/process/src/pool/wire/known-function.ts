import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { ModuleTarget, Target } from "../../callable/form/target.ts";
import { packTarget } from "../../callable/pack/pack-target.ts";
import { type SentOnce, sentOnceId } from "./sent-once.ts";

/** A function that pools have been given: located once, sent once to each worker, and remembered by how long it takes. */
export class KnownFunction implements SentOnce {
  readonly id = sentOnceId();
  readonly name: string;
  readonly #target: Target;
  readonly #packed = new Map<Reach, PackedTarget>();
  readonly #checked = new Set<Reach>();
  /** How long one call takes on the average, in milliseconds; `undefined` before the first. */
  #meanMs: number | undefined;
  /** How long one of the longer ones took lately, in milliseconds. */
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
   * The function, ready to cross. What it captured is copied at the first time, and stays what it was then.
   *
   * @param transferList what is to be moved is added here; a function that captured such things is packed for each worker anew.
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

  /** How long one call may be expected to take at most, in milliseconds, by what the last ones took. */
  get longMs(): number | undefined {
    return this.#meanMs === undefined ? undefined : Math.max(this.#meanMs, this.#longMs);
  }

  /** Learns from one task. The last few count most, since a function warms up. */
  learn(ms: number, calls: number): void {
    const each = ms / Math.max(1, calls);
    this.#longMs = Math.max(each, this.#longMs * 0.9);
    this.#meanMs = this.#meanMs === undefined ? each : this.#meanMs + (each - this.#meanMs) * 0.2;
  }
}

const byObject = new WeakMap<object, KnownFunction>();
const byName = new Map<string, KnownFunction>();

/**
 * Finds what is known of a function, or makes it known.
 *
 * @throws {TargetError} when no worker that far away could run it.
 */
export function knownFunction(target: Target, reach: Reach): KnownFunction {
  const known = byObject.get(target) ?? byName.get(nameOf(target) ?? "");
  const found = known ?? new KnownFunction(target);
  found.check(reach);
  if (known !== undefined) return known;
  byObject.set(target, found);
  // A reference is mostly written where it is used, and is then a new object at each use.
  const name = nameOf(target);
  if (name !== undefined) byName.set(name, found);
  return found;
}

function nameOf(target: Target): string | undefined {
  if (target instanceof URL) return target.href;
  return typeof target === "function" ? undefined : `${(target as ModuleTarget).module}#${target.name}`;
}

function shortName(target: Target): string {
  if (target instanceof URL) return target.hash.slice(1) || (target.pathname.split("/").at(-1) ?? "");
  return target.name || "(anonymous)";
}
