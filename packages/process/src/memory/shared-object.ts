import { inspected } from "../base/inspected.ts";
import { Label, labelKey } from "../base/label.ts";
import { otherMachineError } from "../base/other-machine-error.ts";
import { type Handle, type Reach, registerShareable, type Shareable, toHandle } from "../base/shareable.ts";
import { defaultAllocator } from "./default-allocator.ts";
import { openMappedSegment } from "./mapped-segment.ts";
import type { Segment, SegmentAllocator, SegmentHandle } from "./segment.ts";
import { openThreadSegment } from "./thread-segment.ts";

/** The memory of an object: a segment, and the index of its first word in it. */
export interface ObjectLocation {
  readonly segment: Segment;
  readonly at: number;
  /** Whether the memory is new, so that the object must write its initial state. */
  readonly isFresh: boolean;
}

/** A shared object in a message. */
interface SharedObjectData {
  readonly segment: SegmentHandle;
  readonly at: number;
  readonly args: readonly unknown[];
  readonly label: readonly [id: string, name: string];
}

interface RegisteredClass {
  readonly kind: string;
  readonly module: string;
}

const registeredClasses = new Map<unknown, RegisteredClass>();
let nextLocation: ObjectLocation | undefined;
let nextLabel: Label | undefined;

/**
 * An object whose whole state is in shared memory, so that it is sent to a child as a handle to the same object.
 *
 * Its class determines the memory: `allocator` makes memory for the default start method here. In the classes of
 * `getContext("spawn")`, which are subclasses that differ only in this property, it makes memory for processes.
 */
export abstract class SharedObject implements Shareable {
  /** Makes the memory of objects of this class. Default: as the default start method needs it. */
  static get allocator(): SegmentAllocator {
    return defaultAllocator();
  }
  protected readonly location: ObjectLocation;
  /** Its id and its name in traces. */
  readonly [labelKey]: Label;

  /**
   * @param byteLength how much memory the object needs. Not read when it is made in existing memory.
   * @param reserved how much of it has memory at once, as of {@link SegmentAllocator.allocate}. Default: all.
   */
  constructor(byteLength: number, reserved?: number) {
    const given = nextLocation;
    this[labelKey] = nextLabel ?? new Label(new.target.name);
    nextLocation = undefined;
    nextLabel = undefined;
    this.location = given ?? { segment: new.target.allocator.allocate(byteLength, reserved), at: 0, isFresh: true };
  }

  [toHandle](reach: Reach, memoryReach = reach): Handle {
    const { kind, module } = registeredClassOf(this);
    if (reach === "machine") throw otherMachineError(kind);
    const { segment, at } = this.location;
    const variant = this.processVariant ?? `new (getContext("spawn").${kind})(…)`;
    const earlier = defaultAllocator().reach === "process" ? "make it after setStartMethod() is called, or " : "";
    const data: SharedObjectData = {
      segment: segment.handle(memoryReach, kind, `${earlier}write ${variant}`),
      at,
      args: this.constructorArgs(),
      label: [this[labelKey].id, this[labelKey].name],
    };
    return { module, kind, data };
  }

  /** Its current state in one line for people. */
  abstract toString(): string;

  [inspected](): string {
    return this.toString();
  }

  /** Code that makes such an object in the memory of processes, for messages. Default: a call of the constructor. */
  protected get processVariant(): string | undefined {
    return undefined;
  }

  /** The constructor's arguments at the receiver. Default: none. */
  protected constructorArgs(): readonly unknown[] {
    return [];
  }
}

/**
 * Makes an object in existing memory. `make` calls its constructor, and does nothing before.
 *
 * @param label the object's id and name. Default: new ones.
 */
export function createAt<T extends SharedObject>(location: ObjectLocation, make: () => T, label?: Label): T {
  nextLocation = location;
  nextLabel = label;
  try {
    return make();
  } finally {
    nextLocation = undefined;
    nextLabel = undefined;
  }
}

/**
 * Makes the objects of a class shareable. Called at the end of the module of the class.
 *
 * @param module the URL of that module, `import.meta.url`.
 */
export function registerShared(
  sharedClass: { readonly name: string; new (...args: never[]): SharedObject },
  module: string,
): void {
  const kind = sharedClass.name;
  registeredClasses.set(sharedClass, { kind, module });
  registerShareable(kind, ({ segment, at, args, label }: SharedObjectData) =>
    createAt(
      { segment: openSegment(segment), at, isFresh: false },
      () => new sharedClass(...(args as never[])),
      new Label(kind, label),
    ),
  );
}

/**
 * The same class with its objects in the memory of an allocator, as contexts offer it.
 *
 * @example
 * const ProcessLock = withAllocator(Lock, processAllocator);
 */
export function withAllocator<C extends { readonly allocator: SegmentAllocator }>(
  sharedClass: C,
  allocator: SegmentAllocator,
): C {
  const Base = sharedClass as unknown as new (...args: unknown[]) => object;
  const bound = class extends Base {
    static get allocator() {
      return allocator;
    }
  };
  // To the user, both are one class.
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(bound, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      return isInstance.call(this === bound ? Base : this, value);
    },
  });
  Object.defineProperty(bound, "name", { value: (sharedClass as unknown as { name: string }).name });
  return bound as unknown as C;
}

// A subclass is sent as the registered class that it extends, which has a module that the receiver can import.
function registeredClassOf(object: SharedObject): RegisteredClass {
  for (let at = object.constructor; typeof at === "function"; at = Object.getPrototypeOf(at)) {
    const registered = registeredClasses.get(at);
    if (registered !== undefined) return registered;
  }
  throw new TypeError(`Cannot send a ${object.constructor.name}: its class was not registered`);
}

/**
 * Opens the segment of a handle.
 *
 * @throws {FileNotFoundError} when its file was removed.
 */
function openSegment(handle: SegmentHandle): Segment {
  return handle.reach === "thread" ? openThreadSegment(handle) : openMappedSegment(handle);
}
