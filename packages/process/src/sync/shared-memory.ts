import { ClosedError, FileExistsError, FileNotFoundError } from "../base/errors.ts";
import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { otherMachineError } from "../base/other-machine-error.ts";
import { type Handle, type Reach, registerShareable, toHandle } from "../base/shareable.ts";
import { namedPath } from "../memory/file-path.ts";
import { attachMappedSegment, createMappedSegment, type MappedSegment } from "../memory/mapped-segment.ts";
import { removeOwn } from "../posix/calls/own-file.ts";

/** Options of SharedMemory. */
export interface SharedMemoryOptions {
  /** Its name; any text. Default with `create`: a new name. */
  readonly name?: string | undefined;
  /** Whether to create it; otherwise the constructor attaches to it by name. Default: false. */
  readonly create?: boolean | undefined;
  /** Its size in bytes, > 0. Only with `create`. */
  readonly size?: number | undefined;
  /**
   * Whether it is removed, unless unlinked before, when the program that created it and its children have ended;
   * otherwise it stays. Only with `create`: a block belongs to the program that created it. Default: true.
   */
  readonly track?: boolean | undefined;
}

/**
 * A block of memory that every process of this user can attach to by name, related or not.
 *
 * It stays while no process is attached, until `unlink()` or until the program that created it and its children have
 * ended. `using` unlinks it at the end of the scope that created it.
 *
 * @example
 * using block = new SharedMemory({ create: true, size: 1024 });
 * block.buffer[0] = 42;
 * new SharedMemory({ name: block.name }).buffer[0]; // 42, in any process
 */
export class SharedMemory {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly #path: string;
  #segment: MappedSegment | undefined;
  /** The process in which leaving the scope of this object also unlinks it; 0 for none. */
  #unlinkedIn = 0;

  /**
   * @throws {FileExistsError} with `create`, when the name is in use; {FileNotFoundError} when there is no block with
   *   that name to attach to; {RangeError} when the size is not > 0; {TypeError} when there is neither `create` nor a
   *   name, when an option has the wrong type, and for `track` without `create`.
   */
  constructor(options: SharedMemoryOptions) {
    checkOptionKeys("SharedMemory", options, ["name", "create", "size", "track"]);
    const { name, create = false, size = 0, track = true } = options;
    if (name !== undefined && typeof name !== "string")
      throw new TypeError(`Cannot use shared memory: its name is ${typeof name}, write a string`);
    for (const [key, value] of Object.entries({ create, track })) {
      if (typeof value !== "boolean")
        throw new TypeError(`Cannot use shared memory: ${key} is ${typeof value}, write true or false`);
    }
    if (create) {
      if (!Number.isSafeInteger(size) || size <= 0) {
        throw new RangeError(`Cannot create shared memory of ${size} bytes: write a whole number > 0 as size`);
      }
      const lifetime = track ? "while owner runs" : "until unlinked";
      this.name = name ?? createWithFreeName((free) => this.#create(free, size, lifetime));
      if (name !== undefined) this.#create(name, size, lifetime);
      if (track) this.#unlinkedIn = process.pid;
    } else {
      if (name === undefined)
        throw new TypeError("Cannot attach to shared memory: it has no name, write one, or create: true");
      if (options.track !== undefined) {
        throw new TypeError(
          "Cannot attach to shared memory with track: the program that creates the block tracks it; leave track out",
        );
      }
      this.name = name;
      this.#segment = attachMappedSegment(namedPath(name));
    }
    this.#path = namedPath(this.name);
    this.size = this.buffer.length;
  }

  /**
   * The memory itself.
   *
   * @throws {ClosedError} after `close()`.
   */
  get buffer(): Uint8Array {
    if (this.#segment === undefined) {
      throw new ClosedError(
        `Cannot use the shared memory "${this.name}": it was closed, attach to it again by its name`,
      );
    }
    return this.#segment.bytes;
  }

  /** Detaches from it; the memory stays. A `buffer` that was read before can still be used. Idempotent. */
  close(): void {
    this.#segment?.close();
    this.#segment = undefined;
  }

  /**
   * Removes the name, so that no process can attach any more. Attached processes keep the memory.
   *
   * @throws {FileNotFoundError} when it was unlinked before.
   */
  unlink(): void {
    try {
      removeOwn(this.#path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
      throw new FileNotFoundError(
        `Cannot unlink the shared memory "${this.name}": it was unlinked before, call unlink() once`,
        { cause },
      );
    }
  }

  /**
   * Detaches from it. The object that created the block also unlinks it, unless it was unlinked before or was made with
   * `track: false`.
   */
  [Symbol.dispose](): void {
    this.close();
    // A forked child has a copy of the object, and is not the creator.
    if (this.#unlinkedIn !== process.pid) return;
    this.#unlinkedIn = 0;
    try {
      this.unlink();
    } catch (error) {
      if (!(error instanceof FileNotFoundError)) throw error;
    }
  }

  [toHandle](reach: Reach): Handle {
    if (reach === "machine") throw otherMachineError("SharedMemory");
    return { module: import.meta.url, kind: "SharedMemory", data: this.name };
  }

  toString(): string {
    return `SharedMemory("${this.name}", size=${this.size})`;
  }

  [inspected](): string {
    return this.toString();
  }

  #create(name: string, size: number, lifetime: "while owner runs" | "until unlinked"): void {
    this.#segment = createMappedSegment(namedPath(name), size, { lifetime });
  }
}

// Tries another name when one is in use.
function createWithFreeName(create: (name: string) => void): string {
  for (;;) {
    const name = `mh-${process.getBuiltinModule("node:crypto").randomBytes(4).toString("hex")}`;
    try {
      create(name);
      return name;
    } catch (error) {
      if (!(error instanceof FileExistsError)) throw error;
    }
  }
}

registerShareable("SharedMemory", (name: string) => new SharedMemory({ name }));
