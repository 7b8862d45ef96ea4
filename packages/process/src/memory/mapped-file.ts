import { closeSync, constants, fstatSync, ftruncateSync, linkSync, openSync, statfsSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { FileExistsError, FileNotFoundError } from "../base/errors.ts";
import { checkOwn, ForeignFileError, openOwn } from "../posix/calls/own-file.ts";
import { isShortage } from "../posix/calls/shortage.ts";
import { freshPath } from "./file-path.ts";
import { memoryCalls } from "./memory-calls.ts";
import { thisProcess } from "./system-thread.ts";

/** A file that is mapped into memory. */
export interface Mapping {
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
}

// Unmaps the memory only when its last view was collected: access through a view of unmapped memory crashes the
// process.
const unmap = new FinalizationRegistry(({ address, byteLength }: { address: bigint; byteLength: number }) =>
  memoryCalls().unmap(address, byteLength),
);

/** Allocates the memory of a range of a file. Throws when no memory is left. */
export type Allocate = (start: number, end: number) => void;

/**
 * Makes a file of zeros and maps it. The file gets its name only when it is ready, so that no process opens it before.
 *
 * @param prepare fills in what other processes must find. It must allocate the memory that it touches.
 * @throws {FileExistsError} when a file has that name; {TypeError} when that is of another user;
 *   {RangeError} when there
 *   is not enough memory.
 */
export function createMapped(
  path: string,
  byteLength: number,
  prepare: (mapping: Mapping, allocate: Allocate) => void,
): Mapping {
  if (byteLength > bytesLeft(path)) throw outOfMemoryError(path, byteLength);
  const draft = freshPath("draft", thisProcess());
  const fd = openSync(draft, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    ftruncateSync(fd, byteLength);
    const mapping = map(fd, byteLength);
    prepare(mapping, (start, end) => allocate(fd, path, start, end));
    linkSync(draft, path);
    return mapping;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    checkOwn(path, "file");
    throw new FileExistsError(`Cannot create shared memory at ${path}: it exists, attach to it or choose another name`);
  } finally {
    closeSync(fd);
    unlinkSync(draft);
  }
}

/** Maps memory of zeros that has no file: only forks of this process share it. */
export function mapAnonymous(byteLength: number): Mapping {
  const fd = openSync("/dev/zero", constants.O_RDWR);
  try {
    return map(fd, byteLength);
  } finally {
    closeSync(fd);
  }
}

/**
 * Maps a file that another thread or process made.
 *
 * @throws {FileNotFoundError} when there is no such file; {TypeError} when it has fewer than `leastBytes`.
 */
export function openMapped(path: string, leastBytes: number): Mapping {
  let fd: number;
  try {
    fd = openOwn(path, constants.O_RDWR);
  } catch (error) {
    if (error instanceof ForeignFileError) throw foreignFileError(path, error.reason);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new FileNotFoundError(
      `Cannot attach to shared memory at ${path}: it was unlinked or never created, create it or check its name`,
    );
  }
  try {
    const { size } = fstatSync(fd);
    if (size < leastBytes) throw foreignFileError(path);
    return map(fd, size);
  } finally {
    closeSync(fd);
  }
}

/**
 * Allocates the memory of a range of a mapped file. A file of zeros has no memory of its own, and SIGBUS ends a
 * process that touches it when no memory is left.
 *
 * @throws {RangeError} when no memory is left.
 */
export function reserveMapped(path: string, start: number, end: number): void {
  let fd: number;
  try {
    fd = openOwn(path, constants.O_RDWR);
  } catch (error) {
    if (isShortage(error)) throw error;
    // The file was unlinked, or this process has changed its user; processes that have mapped it go on.
    return;
  }
  try {
    allocate(fd, path, start, end);
  } finally {
    closeSync(fd);
  }
}

function allocate(fd: number, path: string, start: number, end: number): void {
  if (!memoryCalls().reserve(fd, start, end - start)) throw outOfMemoryError(path, end - start);
}

function bytesLeft(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

/** The error for a file that is no segment of this package. */
export function foreignFileError(
  path: string,
  reason = "the file was truncated or is not of @manyhands/process",
): TypeError {
  return new TypeError(`Cannot attach to shared memory at ${path}: ${reason}, choose another name`);
}

/** The error for too little memory. */
export function outOfMemoryError(path: string, byteLength: number): RangeError {
  return new RangeError(
    `Cannot share ${byteLength} bytes of memory: ${dirname(path)} has ${bytesLeft(path)} left, make it larger (docker run --shm-size) or share less`,
  );
}

function map(fd: number, byteLength: number): Mapping {
  const mapping = memoryCalls().map(fd, byteLength);
  unmap.register(mapping.buffer, { address: mapping.address, byteLength });
  return mapping;
}
