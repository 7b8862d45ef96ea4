import { packTarget } from "../target/pack-target.ts";
import type { PackedTarget } from "../target/packed-target.ts";
import type { ModuleTarget, Target } from "../target/target.ts";

/** A function that pools have been given: located once, sent once to each worker, and remembered by how long it takes. */
export class KnownFunction {
  readonly id: number;
  readonly name: string;
  readonly packed: PackedTarget;
  /** How long one call takes on the average, in milliseconds; `undefined` before the first. */
  #meanMs: number | undefined;

  constructor(id: number, name: string, packed: PackedTarget) {
    this.id = id;
    this.name = name;
    this.packed = packed;
  }

  get meanMs(): number | undefined {
    return this.#meanMs;
  }

  /** Learns from one task. The last few count most, since a function warms up. */
  learn(ms: number, calls: number): void {
    const each = ms / Math.max(1, calls);
    this.#meanMs = this.#meanMs === undefined ? each : this.#meanMs + (each - this.#meanMs) * 0.2;
  }
}

let functions = 0;
const byObject = new WeakMap<object, KnownFunction>();
const byName = new Map<string, KnownFunction>();

/**
 * Finds what is known of a function, or makes it known.
 *
 * @throws {TargetError} when no worker could run it; {TypeError} when it is no target.
 */
export function knownFunction(target: Target): KnownFunction {
  const known = byObject.get(target) ?? byName.get(nameOf(target) ?? "");
  if (known !== undefined) return known;
  const packed = packTarget(target);
  functions += 1;
  const made = new KnownFunction(functions, shortName(target), packed);
  byObject.set(target, made);
  // A reference is mostly written where it is used, and is then a new object at each use.
  const name = nameOf(target);
  if (name !== undefined) byName.set(name, made);
  return made;
}

function nameOf(target: Target): string | undefined {
  if (target instanceof URL) return target.href;
  return typeof target === "function" ? undefined : `${(target as ModuleTarget).module}#${target.name}`;
}

function shortName(target: Target): string {
  if (target instanceof URL) return target.hash.slice(1) || (target.pathname.split("/").at(-1) ?? "");
  return target.name || "(anonymous)";
}
