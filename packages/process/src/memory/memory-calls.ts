import { createRequire } from "node:module";

/** The calls of the operating system that shared memory needs, as C has them. Addresses are bigints. */
export interface Libc {
  /** Maps a file that is open into memory, shared and writable. */
  map(fd: number, byteLength: number): { readonly address: bigint; readonly buffer: ArrayBuffer };
  unmap(address: bigint, byteLength: number): void;
  /**
   * Gives a range of a file that is open its memory, so that touching it cannot fail.
   *
   * @returns false when there is none left.
   */
  reserve(fd: number, byteOffset: number, byteLength: number): boolean;
  /** Makes a named pipe that only this user opens. */
  makePipe(path: string): void;
  /** The operating system's number of this thread. */
  taskId(): number;
  /** The futex of a word; `undefined` where the system has none that we know. */
  readonly futex: Futex | undefined;
}

/** Sleeping and waking on a word, in the kernel. */
export interface Futex {
  /** Blocks this thread while the word has the value, until it is woken, for no longer than this. */
  wait(address: bigint, value: number, timeoutMs: number): void;
  /** Wakes everyone. */
  wake(address: bigint): void;
}

// The numbers of the futex system call; the same on every Linux of the processor.
const futexCalls: Record<string, number> = { x64: 202, arm64: 98, riscv64: 98, loong64: 98, ppc64: 221, s390x: 238 };
const futexWait = 0;
const futexWake = 1;
const everyone = 0x7fff_ffff;
const readWrite = 3;
const shared = 1;

const interrupted = 4;
const noSpace = 28;

// Less than 32 MiB, the most that the GNU C library heeds.
const largestFreed = 31 * 2 ** 20;

type Koffi = typeof import("koffi").default;

let loaded: Libc | undefined;

/**
 * Loads the system's C library through koffi, when memory is first shared with another process.
 *
 * @throws {Error} on Windows and where koffi is not installed, with what to do instead.
 */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  if (process.platform === "win32") throw new Error(unavailable("Windows has no POSIX shared memory"));
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    throw new Error(unavailable("the package koffi cannot be loaded; run npm install koffi"), { cause });
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
      // Elsewhere than on Linux, and on file systems that cannot, the memory is had when it is touched.
      while (linux && fallocate(fd, 0, byteOffset, byteLength) !== 0) {
        if (koffi.errno() !== interrupted) return koffi.errno() !== noSpace;
      }
      return true;
    },
    unmap: (address, byteLength) => void munmap(address, byteLength),
    makePipe(path) {
      if (mkfifo(path, 0o600) !== 0) throw failure("mkfifo");
    },
    taskId: () => gettid(),
    futex: linux ? loadFutex(library) : undefined,
  };
}

// What is received from other processes is garbage soon, megabytes at a time. The GNU C library gives what lies free at the end of its heap back to
// the system when that is more than twice the largest block that it ever freed, and has each page anew for what is received next, which takes
// longer than to copy it. A block that comes and goes untouched, the largest that counts so, has it keep 62 MiB.
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
    wake: (address) => void syscall(call, address, futexWake, everyone, null, null, 0),
  };
}

function unavailable(why: string): string {
  return `Cannot share memory with another process: ${why}; with startMethod "thread" it is not needed`;
}
