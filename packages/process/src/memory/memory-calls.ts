import { lazyRequire } from "../base/lazy-require.ts";
import { explainDenied, isPermissionError } from "../base/permission.ts";

/** The system calls that shared memory needs. Addresses are bigints. */
export interface MemoryCalls {
  /** Maps an open file into memory, shared and writable. */
  map(fd: number, byteLength: number): { readonly address: bigint; readonly buffer: ArrayBuffer };
  unmap(address: bigint, byteLength: number): void;
  /**
   * Allocates the memory of a range of an open file, so that access to it cannot fail.
   *
   * @returns false when no memory is left.
   */
  reserve(fd: number, byteOffset: number, byteLength: number): boolean;
  /** Makes a named pipe that only this user can open. */
  makePipe(path: string): void;
  /** The operating system's id of this thread. */
  threadId(): number;
  /** Futexes; `undefined` where the system has none, or where the number of its system call is not known. */
  readonly futex: Futex | undefined;
}

/** Sleeping and waking on a word, by the kernel. */
export interface Futex {
  /** Blocks this thread while the word has the value, until a wake-up or the timeout. */
  wait(address: bigint, value: number, timeoutMs: number): void;
  /** Wakes up to so many sleepers of the word, the longest asleep first. Returns how many. */
  wake(address: bigint, most: number): number;
}

// The number of the futex system call on Linux, by architecture.
const futexCalls: Record<string, number> = { x64: 202, arm64: 98, riscv64: 98, loong64: 98, ppc64: 221, s390x: 238 };
const futexWait = 0;
const futexWake = 1;
const readWrite = 3;
const shared = 1;

const interrupted = 4;
const noSpace = 28;

// glibc adapts its thresholds to freed blocks below 32 MiB only.
const largestFreed = 31 * 2 ** 20;

type Koffi = typeof import("koffi").default;

let loaded: MemoryCalls | undefined;

const attempt = "Cannot share memory with another process";
const useThreads = 'start children with startMethod "thread", which needs no such memory';

/**
 * The C library, loaded through koffi at the first call: when memory is first shared with another process.
 *
 * @throws {Error} on Windows and where koffi is not installed; the message has the alternative.
 */
export function memoryCalls(): MemoryCalls {
  loaded ??= load();
  return loaded;
}

function load(): MemoryCalls {
  if (process.platform === "win32") throw new Error(`${attempt}: Windows has no POSIX shared memory; ${useThreads}`);
  let koffi: Koffi;
  try {
    koffi = lazyRequire<Koffi>("koffi");
  } catch (cause) {
    if (isPermissionError(cause)) throw explainDenied((cause as Error).cause, attempt);
    throw new Error(`${attempt}: the package koffi cannot be loaded; run npm install koffi, or ${useThreads}`, {
      cause,
    });
  }
  const library = koffi.load(process.platform === "darwin" ? "libSystem.B.dylib" : null);
  const mmap = library.func("void* mmap(void*, size_t, int, int, int, int64)");
  const munmap = library.func("int munmap(void*, size_t)");
  const mkfifo = library.func("int mkfifo(const char*, unsigned int)");
  const linux = process.platform === "linux";
  const fallocate = linux ? library.func("int fallocate(int, int, int64, int64)") : () => 0;
  const gettid = linux ? library.func("int gettid()") : () => process.pid;
  if (linux) keepFreedMemory(library);
  const failure = (call: string) => new Error(`Cannot share memory: ${call} failed with errno ${koffi.errno()}`);
  return {
    map(fd, byteLength) {
      const address = mmap(null, byteLength, readWrite, shared, fd, 0) as bigint;
      if (BigInt.asIntN(64, address) === -1n) throw failure("mmap");
      return { address, buffer: koffi.view(address, byteLength) };
    },
    reserve(fd, byteOffset, byteLength) {
      // On other systems, and on file systems without fallocate(), the memory is allocated when it is first touched.
      while (linux && fallocate(fd, 0, byteOffset, byteLength) !== 0) {
        if (koffi.errno() !== interrupted) return koffi.errno() !== noSpace;
      }
      return true;
    },
    unmap: (address, byteLength) => void munmap(address, byteLength),
    makePipe(path) {
      if (mkfifo(path, 0o600) !== 0) throw failure("mkfifo");
    },
    threadId: () => gettid(),
    futex: linux ? loadFutex(library) : undefined,
  };
}

// Buffers received from other processes soon become garbage, megabytes at a time. glibc returns free memory at the end
// of its heap to the system when it is more than twice the largest block that it ever freed. The pages of the next
// buffer are then new, and page faults take longer than copying the bytes. One free() of a large block, which is never
// touched, makes glibc keep 62 MiB.
function keepFreedMemory(library: ReturnType<Koffi["load"]>): void {
  const malloc = library.func("void* malloc(size_t)");
  const free = library.func("void free(void*)");
  free(malloc(largestFreed));
}

function loadFutex(library: ReturnType<Koffi["load"]>): Futex | undefined {
  const call = futexCalls[process.arch];
  if (call === undefined) return undefined;
  const syscall = library.func("long syscall(long, void*, int, int, void*, void*, int)");
  const timespec = new BigInt64Array(2);
  return {
    wait(address, value, timeoutMs) {
      timespec[0] = BigInt(Math.floor(timeoutMs / 1000));
      timespec[1] = BigInt(Math.floor((timeoutMs % 1000) * 1e6));
      syscall(call, address, futexWait, value, timespec, null, 0);
    },
    wake: (address, most) => syscall(call, address, futexWake, most, null, null, 0),
  };
}
