import { unlinkSync } from "node:fs";
import { ClosedError, FileExistsError, FileNotFoundError } from "../base/errors.ts";
import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Handle, registerShareable, toHandle } from "../base/shareable.ts";
import { namedPath } from "../memory/directory.ts";
import { attachMappedSegment, createMappedSegment, type MappedSegment } from "../memory/mapped-segment.ts";

/** What shared memory is made from, or found by. */
export interface SharedMemoryOptions {
  /** Its name; any text. Default: a new name, when it is made. */
  readonly name?: string | undefined;
  /** Whether to make it; else it is attached to by name. Default: false. */
  readonly create?: boolean | undefined;
  /** How many bytes to make it of, > 0. Not read when attaching. */
  readonly size?: number | undefined;
  /** Whether it goes with the program that made it and its children, when nobody unlinked it; else it stays. Default: true. */
  readonly track?: boolean | undefined;
}

/**
 * A block of memory that any process of this user finds by its name, whoever started it.
 *
 * It stays when nobody is attached, until `unlink()` or until the program that made it and all its children have ended.
 *
 * @example
 * const block = new SharedMemory({ create: true, size: 1024 });
 * block.buffer[0] = 42;
 * new SharedMemory({ name: block.name }).buffer[0]; // 42, in any process
 */
export class SharedMemory {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly #path: string;
  #segment: MappedSegment | undefined;

  /**
   * @throws {FileExistsError} when it is to be made and the name is taken; {FileNotFoundError} when there is none of the
   *   name to attach to; {RangeError} when the size is not > 0; {TypeError} when there is neither `create` nor a name.
   */
  constructor(options: SharedMemoryOptions) {
    checkOptionKeys("SharedMemory", options, ["name", "create", "size", "track"]);
    const { name, create = false, size = 0, track = true } = options;
    if (create) {
      if (!Number.isSafeInteger(size) || size <= 0) {
        throw new RangeError(`Cannot create shared memory of ${size} bytes: write a whole number > 0 as size`);
      }
      const keep = track ? "with family" : "until unlinked";
      this.name = name ?? freeName((free) => this.#make(free, size, keep));
      if (name !== undefined) this.#make(name, size, keep);
    } else {
      if (name === undefined)
        throw new TypeError("Cannot attach to shared memory: it has no name, write one, or create: true");
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

  /** Detaches from it; the memory stays. What was taken of `buffer` before can still be used. Twice is fine. */
  close(): void {
    this.#segment?.close();
    this.#segment = undefined;
  }

  /**
   * Removes the name, once for all: nobody finds it any more. Who is attached stays so.
   *
   * @throws {FileNotFoundError} when that was done before.
   */
  unlink(): void {
    try {
      unlinkSync(this.#path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
      throw new FileNotFoundError(`Cannot unlink the shared memory "${this.name}": that was done before`, { cause });
    }
  }

  /** Detaches from it, as leaving Python's `with` does for a manager's: the block stays until it is unlinked. */
  [Symbol.dispose](): void {
    this.close();
  }

  [toHandle](): Handle {
    return { module: import.meta.url, kind: "SharedMemory", data: this.name };
  }

  toString(): string {
    return `SharedMemory("${this.name}", size=${this.size})`;
  }

  [inspected](): string {
    return this.toString();
  }

  #make(name: string, size: number, keep: "with family" | "until unlinked"): void {
    this.#segment = createMappedSegment(namedPath(name), size, { keep });
  }
}

// A name that is taken is no error here: the next one is tried.
function freeName(make: (name: string) => void): string {
  for (;;) {
    const name = `mh-${process.getBuiltinModule("node:crypto").randomBytes(4).toString("hex")}`;
    try {
      make(name);
      return name;
    } catch (error) {
      if (!(error instanceof FileExistsError)) throw error;
    }
  }
}

registerShareable("SharedMemory", (name: string) => new SharedMemory({ name }));
