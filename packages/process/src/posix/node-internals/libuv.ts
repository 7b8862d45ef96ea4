import { closeSync } from "node:fs";
import { socketPair } from "../calls/descriptors.ts";
import { bindNodeSymbols, type OwnSymbols, ownSymbols } from "../calls/own-symbols.ts";
import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";

/** What is used of libuv, whose functions Node exports. All of it concerns the event loop of the main thread. */
export interface Libuv {
  defaultLoop(): bigint;
  /** Gives a forked child's loop an epoll set of its own. */
  loopFork(loop: bigint): number;
  /** The descriptor of the loop's epoll set. */
  backendFd(loop: bigint): number;
  /** How many requests are under way. */
  activeRequests(): number;
  /** How many handles keep the loop alive. */
  activeHandles(): number;
  /** Calls a function in each iteration of the loop, which stays alive. At most once in a process. */
  onEachIteration(call: () => void): void;
  /** Whether anything but the handle of {@link onEachIteration} keeps the loop alive. */
  loopIsAlive(): boolean;
  /** The descriptors of all streams, servers, processes and watchers. */
  streamDescriptors(): number[];
  /** Unrefs all these handles, and those by which other threads wake this one. */
  unrefAll(): void;
  /** Stops the streams that read from a descriptor. */
  stopReading(fd: number): void;
  /** Marks signals as delivered that libuv has caught and not passed on yet. */
  forgetSignals(): void;
}

// struct uv_loop_s, whose layout libuv keeps throughout version 1: { void* data; unsigned active_handles;
// void* queue[2]; union { void* unused; unsigned count } active_reqs; … }
const activeHandlesAt = 8;
const activeRequestsAt = 32;

// enum uv_handle_type, to which libuv only adds.
const UV_ASYNC = 1;
const UV_NAMED_PIPE = 7;
const UV_PREPARE = 9;
const UV_TCP = 12;
const UV_TTY = 14;
const UV_SIGNAL = 16;
// FS_EVENT, FS_POLL, PIPE, POLL, PROCESS, TCP, TTY, UDP, SIGNAL.
const streamTypes = new Set([3, 4, UV_NAMED_PIPE, 8, 10, UV_TCP, UV_TTY, 15, UV_SIGNAL]);
const readTypes = new Set([UV_NAMED_PIPE, UV_TCP, UV_TTY]);

// struct uv_signal_s, of version 1 too, ends in { unsigned caught_signals; unsigned dispatched_signals }.
const caughtSignalsAt = 144;
const signalHandleBytes = 152;

let bound: Libuv | undefined;

/** libuv, bound by the first call. */
export function libuv(): Libuv {
  bound ??= bindNodeSymbols(bind);
  return bound;
}

function bind({ koffi, library }: OwnSymbols): Libuv {
  const defaultLoop = library.func("void *uv_default_loop()") as () => bigint;
  const callback = koffi.pointer(koffi.proto("void", ["void *"]));
  const [init, start] = [
    library.func("int uv_prepare_init(void *, void *)"),
    library.func("uv_prepare_start", "int", ["void *", callback]),
  ];
  const [ref, unref] = [library.func("void uv_ref(void *)"), library.func("void uv_unref(void *)")];
  const isAlive = library.func("int uv_loop_alive(void *)");
  const prepareHandle = koffi.alloc("uint8", library.func("size_t uv_handle_size(int)")(UV_PREPARE));
  const walkCallback = koffi.pointer(koffi.proto("void", ["void *", "void *"]));
  const walk = library.func("uv_walk", "void", ["void *", walkCallback, "void *"]);
  const fileno = library.func("int uv_fileno(void *, _Out_ int *)");
  const typeOf = library.func("int uv_handle_get_type(void *)");
  const forEach = (types: ReadonlySet<number>, call: (handle: bigint) => void) =>
    walk(defaultLoop(), (handle: bigint) => void (types.has(typeOf(handle)) && call(handle)), null);
  const descriptorOf = (stream: bigint) => {
    const fd: [number] = [-1];
    return fileno(stream, fd) === 0 ? fd[0] : -1;
  };
  const stop = library.func("int uv_read_stop(void *)");
  return {
    defaultLoop,
    loopFork: library.func("int uv_loop_fork(void *)"),
    backendFd: library.func("int uv_backend_fd(void *)"),
    activeHandles: () => koffi.decode(defaultLoop(), activeHandlesAt, "uint") as number,
    activeRequests: () => koffi.decode(defaultLoop(), activeRequestsAt, "uint") as number,
    streamDescriptors() {
      const fds: number[] = [];
      forEach(streamTypes, (stream) => fds.push(descriptorOf(stream)));
      return fds.filter((fd) => fd >= 0);
    },
    stopReading: (fd) => forEach(readTypes, (stream) => void (descriptorOf(stream) === fd && stop(stream))),
    unrefAll: () => forEach(new Set([UV_ASYNC, ...streamTypes]), unref),
    forgetSignals: () =>
      forEach(new Set([UV_SIGNAL]), (handle) => {
        const counts = new Uint32Array(koffi.view(handle + BigInt(caughtSignalsAt), 8));
        counts[1] = counts[0] as number;
      }),
    onEachIteration(call) {
      init(defaultLoop(), prepareHandle);
      start(prepareHandle, koffi.register(call, callback));
    },
    loopIsAlive() {
      unref(prepareHandle);
      const alive = isAlive(defaultLoop()) !== 0;
      ref(prepareHandle);
      return alive;
    },
  };
}

/** Whether counters, handle types and the signal handle's layout are where libuv 1 has them. */
export function check(): InternalCheck {
  return examinePart("libuv", () => {
    const { activeHandles, activeRequests, streamDescriptors } = libuv();
    const signalBytes = Number(ownSymbols().library.func("size_t uv_handle_size(int)")(UV_SIGNAL));
    expectPart(signalBytes === signalHandleBytes, `a uv_signal_t of ${signalHandleBytes} bytes, found ${signalBytes}`);
    const requests = activeRequests();
    process.getBuiltinModule("node:fs").stat("/", () => {});
    expectPart(activeRequests() === requests + 1, "one more active request after fs.stat()");
    const [ours, theirs] = socketPair();
    const handles = activeHandles();
    const socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ours });
    socket.resume();
    const [counted, isListed] = [activeHandles(), streamDescriptors().includes(ours)];
    socket.destroy();
    closeSync(theirs);
    expectPart(counted === handles + 1, "one more active handle while a socket reads");
    expectPart(isListed, "the descriptor of a socket among those of all streams");
    return `libuv ${process.versions.uv}`;
  });
}
