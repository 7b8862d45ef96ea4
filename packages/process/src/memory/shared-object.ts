import { inspected } from "../base/inspected.ts";
import { type Handle, type Reach, registerShareable, type Shareable, toHandle } from "../base/shareable.ts";
import { openSegment } from "./open-segment.ts";
import type { Body, Segment, SegmentHandle } from "./segment.ts";
import { threadBody } from "./thread-segment.ts";

/** Where an object lives: a segment, and the word at which it begins. */
export interface Place {
  readonly segment: Segment;
  readonly at: number;
  /** Whether the memory is new, and the object has to make its first state. */
  readonly isFresh: boolean;
}

/** What crosses in place of a shared object. */
interface Data {
  readonly segment: SegmentHandle;
  readonly at: number;
  readonly args: readonly unknown[];
}

interface Origin {
  readonly kind: string;
  readonly module: string;
}

const origins = new Map<unknown, Origin>();
let nextPlace: Place | undefined;

/**
 * An object whose whole state is in shared memory, so that it crosses to a child as a handle to the same thing.
 *
 * Which memory it gets is its class's matter: `body` is the memory of threads here, and that of processes in the classes
 * of `getContext("spawn")`, which are subclasses that differ in this one word.
 */
export abstract class SharedObject implements Shareable {
  /** The memory that objects of this class are made in. */
  static readonly body: Body = threadBody;
  protected readonly place: Place;

  /**
   * @param byteLength how much memory it needs, when it is not made in memory that is there.
   * @param reserved how much of it, from the first byte, as of {@link Body.allocate}. Default: all.
   */
  constructor(byteLength: number, reserved?: number) {
    const given = nextPlace;
    nextPlace = undefined;
    this.place = given ?? { segment: new.target.body.allocate(byteLength, reserved), at: 0, isFresh: true };
  }

  [toHandle](reach: Reach): Handle {
    const { kind, module } = originOf(this);
    const { segment, at } = this.place;
    const data: Data = {
      segment: segment.handle(reach, kind, this.elsewhere ?? `new (getContext("spawn").${kind})(…)`),
      at,
      args: this.revivalArgs(),
    };
    return { module, kind, data };
  }

  /** What it is at this moment, in a line for people: its state, not the memory that holds it. */
  abstract toString(): string;

  [inspected](): string {
    return this.toString();
  }

  /** The line by which one is made in the memory of processes. Default: that which calls the constructor. */
  protected get elsewhere(): string | undefined {
    return undefined;
  }

  /** What the constructor is to be called with at the other side. Default: nothing. */
  protected revivalArgs(): readonly unknown[] {
    return [];
  }
}

/** Makes an object in memory that is there: `make` calls its constructor, and nothing before it. */
export function makeAt<T extends SharedObject>(place: Place, make: () => T): T {
  nextPlace = place;
  try {
    return make();
  } finally {
    nextPlace = undefined;
  }
}

/**
 * Lets the objects of a class cross. A class does so at the foot of its module.
 *
 * @param module the URL of that module, `import.meta.url`.
 */
export function registerShared(
  sharedClass: { readonly name: string; new (...args: never[]): SharedObject },
  module: string,
): void {
  const kind = sharedClass.name;
  origins.set(sharedClass, { kind, module });
  registerShareable(kind, ({ segment, at, args }: Data) =>
    makeAt({ segment: openSegment(segment), at, isFresh: false }, () => new sharedClass(...(args as never[]))),
  );
}

/**
 * The same class with its objects in another memory; what a context offers.
 *
 * @example
 * const ProcessLock = inBody(Lock, processBody);
 */
export function inBody<C extends { readonly body: Body }>(sharedClass: C, body: Body): C {
  const Base = sharedClass as unknown as new (...args: unknown[]) => object;
  const bound = class extends Base {
    static readonly body = body;
  };
  // To the user they are one class: where an object lives is no matter of its kind.
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(bound, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      return isInstance.call(this === bound ? Base : this, value);
    },
  });
  Object.defineProperty(bound, "name", { value: (sharedClass as unknown as { name: string }).name });
  return bound as unknown as C;
}

// A subclass crosses as the class of ours that it extends: only that has a module to be imported from.
function originOf(object: SharedObject): Origin {
  for (let at = object.constructor; typeof at === "function"; at = Object.getPrototypeOf(at)) {
    const origin = origins.get(at);
    if (origin !== undefined) return origin;
  }
  throw new TypeError(`Cannot send a ${object.constructor.name}: its class was not registered`);
}
