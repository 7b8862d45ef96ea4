import { closeSync, constants, fstatSync, ftruncateSync, linkSync, openSync, statfsSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { FileExistsError, FileNotFoundError } from "../base/errors.ts";
import { freshPath } from "./directory.ts";
import { libc } from "./libc.ts";
import { thisProcess } from "./task.ts";

/** A file in memory. */
export interface Mapping {
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
}

// The memory goes when the last view of it does, not before: a view of unmapped memory would end the process.
const unmap = new FinalizationRegistry(({ address, byteLength }: { address: bigint; byteLength: number }) =>
  libc().unmap(address, byteLength),
);

/**
 * Makes a file of zeros and maps it. It gets its name only when it is ready, so that nobody finds it half made.
 *
 * @param prepare writes what others must find.
 * @throws {FileExistsError} when there is a file by that name.
 */
export function createMapped(path: string, byteLength: number, prepare: (mapping: Mapping) => void): Mapping {
  refuseTooLarge(path, byteLength);
  const draft = freshPath("draft", thisProcess());
  const fd = openSync(draft, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    ftruncateSync(fd, byteLength);
    const mapping = map(fd, byteLength);
    prepare(mapping);
    linkSync(draft, path);
    return mapping;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new FileExistsError(`Cannot create shared memory at ${path}: it exists, attach to it or choose another name`);
  } finally {
    closeSync(fd);
    unlinkSync(draft);
  }
}

/**
 * Maps a file that another thread or process made.
 *
 * @throws {FileNotFoundError} when it is gone.
 */
export function openMapped(path: string): Mapping {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new FileNotFoundError(`Cannot attach to shared memory at ${path}: it was unlinked, or never made`);
  }
  try {
    return map(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

// A file of zeros takes no memory yet. Where there is none left when it does, the process is ended by SIGBUS.
function refuseTooLarge(path: string, byteLength: number): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  if (byteLength <= bavail * bsize) return;
  throw new RangeError(
    `Cannot create shared memory of ${byteLength} bytes: ${dirname(path)} has ${bavail * bsize} left, make it larger (docker run --shm-size) or share less`,
  );
}

function map(fd: number, byteLength: number): Mapping {
  const mapping = libc().map(fd, byteLength);
  unmap.register(mapping.buffer, { address: mapping.address, byteLength });
  return mapping;
}
