import { closeSync, constants, fstatSync, ftruncateSync, linkSync, openSync, statfsSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { FileExistsError, FileNotFoundError } from "../base/errors.ts";
import { freshPath } from "./directory.ts";
import { libc } from "./memory-calls.ts";
import { thisProcess } from "./system-task.ts";

/** A file in memory. */
export interface Mapping {
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
}

// The memory goes when the last view of it does, not before: a view of unmapped memory would end the process.
const unmap = new FinalizationRegistry(({ address, byteLength }: { address: bigint; byteLength: number }) =>
  libc().unmap(address, byteLength),
);

/** Gives a range of a file its memory. Throws when there is none left. */
export type Give = (start: number, end: number) => void;

/**
 * Makes a file of zeros and maps it. It gets its name only when it is ready, so that nobody finds it half made.
 *
 * @param prepare writes what others must find. It must give the file the memory that it touches.
 * @throws {FileExistsError} when there is a file by that name; {RangeError} when there is not so much memory.
 */
export function createMapped(
  path: string,
  byteLength: number,
  prepare: (mapping: Mapping, give: Give) => void,
): Mapping {
  if (byteLength > bytesLeft(path)) throw noMemory(path, byteLength);
  const draft = freshPath("draft", thisProcess());
  const fd = openSync(draft, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    ftruncateSync(fd, byteLength);
    const mapping = map(fd, byteLength);
    prepare(mapping, (start, end) => give(fd, path, start, end));
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
 * @throws {FileNotFoundError} when it is gone; {TypeError} when it has fewer bytes than that.
 */
export function openMapped(path: string, leastBytes: number): Mapping {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new FileNotFoundError(`Cannot attach to shared memory at ${path}: it was unlinked, or never made`);
  }
  try {
    const { size } = fstatSync(fd);
    if (size < leastBytes) throw notOurs(path);
    return map(fd, size);
  } finally {
    closeSync(fd);
  }
}

/**
 * Gives a range of a mapped file its memory. A file of zeros has none of its own, and a process that touches it when there
 * is none left is ended by SIGBUS.
 *
 * @throws {RangeError} when there is none left.
 */
export function reserveMapped(path: string, start: number, end: number): void {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch {
    // Its name was removed by somebody else; who has mapped it works on.
    return;
  }
  try {
    give(fd, path, start, end);
  } finally {
    closeSync(fd);
  }
}

function give(fd: number, path: string, start: number, end: number): void {
  if (!libc().reserve(fd, start, end - start)) throw noMemory(path, end - start);
}

function bytesLeft(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

/** Says that a file cannot be attached to for what is in it. */
export function notOurs(path: string): TypeError {
  return new TypeError(`Cannot attach to shared memory at ${path}: the file is none of ours, or was cut short`);
}

/** Says that memory cannot be shared for want of it. */
export function noMemory(path: string, byteLength: number): RangeError {
  return new RangeError(
    `Cannot share ${byteLength} bytes of memory: ${dirname(path)} has ${bytesLeft(path)} left, make it larger (docker run --shm-size) or share less`,
  );
}

function map(fd: number, byteLength: number): Mapping {
  const mapping = libc().map(fd, byteLength);
  unmap.register(mapping.buffer, { address: mapping.address, byteLength });
  return mapping;
}
