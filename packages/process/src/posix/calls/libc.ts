type Koffi = typeof import("koffi");

/** The functions of the C library and of libuv that this floor calls, each with the signature of its manual page. */
export interface Libc {
  fork(): number;
  waitpid(pid: number, status: [number | null], options: number): number;
  _exit(status: number): void;
  getpid(): number;
  getppid(): number;
  kill(pid: number, signal: number): number;
  pipe2(fds: [number, number], flags: number): number;
  socketpair(domain: number, type: number, protocol: number, fds: [number, number]): number;
  dup2(from: number, to: number): number;
  dup3(from: number, to: number, flags: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number;
  sendmsg(fd: number, message: MessageHeader, flags: number): number;
  recvmsg(fd: number, message: MessageHeader, flags: number): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  signal(signal: number, handler: bigint): bigint;
  sigprocmask(how: number, set: Uint8Array, old: Uint8Array | null): number;
  execve(path: string, argv: readonly (string | null)[], env: readonly (string | null)[]): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  setSeccompFilter(option: number, mode: number, program: object, c: number, d: number): number;
  pidfdOpen(number: number, pid: number, flags: number): number;
  uvDefaultLoop(): bigint;
  uvLoopFork(loop: bigint): number;
  uvBackendFd(loop: bigint): number;
  epollCtl(set: number, operation: number, fd: number, event: Uint8Array): number;
  uvActiveRequests(): number;
  /** How many handles keep the loop alive. */
  uvActiveHandles(): number;
  /** Has libuv call a function in each round of the event loop, and keeps the loop alive. At most once in a process. */
  onEachRound(call: () => void): void;
  /** Whether anything else keeps the loop alive. */
  loopIsAlive(): boolean;
  /** The descriptors of all streams, servers, processes and watchers of this event loop. */
  streamDescriptors(): number[];
  /** Lets go of all these, and of what other threads wake this one by, so that they no longer keep the event loop alive. */
  unrefAll(): void;
  /** Has the streams that read from a descriptor read no more. */
  stopReading(fd: number): void;
  /** Takes signals that were caught, but not passed on yet, as passed on. */
  forgetSignals(): void;
  /** Has V8 end the JavaScript that is under way, as soon as it enters a function or turns in a loop. */
  terminateExecution(): void;
  /** Whether JavaScript goes on where microtasks were so ended. */
  goOnAfterMicrotasks(on: boolean): void;
  /**
   * Makes a platform of Node's, whose threads wait for work. @returns its address, and that of what holds the one in use; `null`
   * where this Node does not export them.
   */
  newPlatform(threads: number): { readonly platform: bigint; readonly holder: bigint } | null;
  /** A copy of the bytes of this process at an address, made by the kernel; `null` where there is no memory. */
  peek(address: bigint, length: number): Uint8Array<ArrayBuffer> | null;
  /** The bytes of this process at an address. */
  view(address: bigint, length: number): ArrayBuffer;
  /** The number of the error that the last call ended with. */
  errno(): number;
  /** What an error's number means, in words. */
  strerror(errno: number): string;
}

/** `struct msghdr`, with one buffer to gather or scatter. */
export interface MessageHeader {
  readonly msg_name: null;
  readonly msg_namelen: 0;
  readonly msg_iov: readonly [{ readonly iov_base: Uint8Array; readonly iov_len: number }];
  readonly msg_iovlen: 1;
  readonly msg_control: Uint8Array | null;
  msg_controllen: number;
  readonly msg_flags: 0;
}

// struct uv_loop_s, whose layout libuv keeps throughout version 1: { void* data; unsigned active_handles; void* queue[2];
// union { void* unused; unsigned count } active_reqs; … }
const activeHandlesAt = 8;
const activeRequestsAt = 32;

let loaded: Libc | undefined;

/**
 * The C library, loaded by the first call. Node itself exports what is needed of libuv.
 *
 * @throws what koffi throws where it is not installed or has no build for this machine.
 */
export function libc(): Libc {
  loaded ??= bind();
  return loaded;
}

function bind(): Libc {
  const koffi = process.getBuiltinModule("node:module").createRequire(import.meta.url)("koffi") as Koffi;
  const self = koffi.load(null);
  // Types without names, since koffi has one list of names for the whole process.
  const sockFilter = koffi.struct({ code: "uint16", jt: "uint8", jf: "uint8", k: "uint32" });
  const sockFprog = koffi.struct({ len: "uint16", filter: koffi.pointer(sockFilter) });
  const iovec = koffi.struct({ iov_base: "void *", iov_len: "size_t" });
  // musl declares the two lengths narrower, and pads them: on little-endian machines the bytes are the same.
  const msghdr = koffi.struct({
    msg_name: "void *",
    msg_namelen: "uint32",
    msg_iov: koffi.pointer(iovec),
    msg_iovlen: "size_t",
    msg_control: "void *",
    msg_controllen: "size_t",
    msg_flags: "int",
  });
  const uvDefaultLoop = self.func("void *uv_default_loop()");
  return {
    fork: self.func("int fork()"),
    waitpid: self.func("int waitpid(int, _Out_ int *, int)"),
    _exit: self.func("void _exit(int)"),
    getpid: self.func("int getpid()"),
    getppid: self.func("int getppid()"),
    kill: self.func("int kill(int, int)"),
    pipe2: self.func("int pipe2(_Out_ int *, int)"),
    socketpair: self.func("int socketpair(int, int, int, _Out_ int *)"),
    dup2: self.func("int dup2(int, int)"),
    dup3: self.func("int dup3(int, int, int)"),
    fcntl: self.func("int fcntl(int, int, int)"),
    poll: self.func("int poll(void *, unsigned long, int)"),
    sendmsg: self.func("sendmsg", "intptr_t", ["int", koffi.pointer(msghdr), "int"]),
    recvmsg: self.func("recvmsg", "intptr_t", ["int", koffi.inout(koffi.pointer(msghdr)), "int"]),
    send: self.func("intptr_t send(int, void *, size_t, int)"),
    recv: self.func("intptr_t recv(int, void *, size_t, int)"),
    signal: self.func("uintptr_t signal(int, uintptr_t)"),
    sigprocmask: self.func("int sigprocmask(int, void *, void *)"),
    execve: self.func("int execve(str, str *, str *)"),
    prctl: self.func("int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)"),
    setSeccompFilter: self.func("prctl", "int", ["int", "ulong", koffi.pointer(sockFprog), "ulong", "ulong"]),
    pidfdOpen: self.func("syscall", "long", ["long", "int", "uint"]),
    uvDefaultLoop,
    uvLoopFork: self.func("int uv_loop_fork(void *)"),
    uvBackendFd: self.func("int uv_backend_fd(void *)"),
    epollCtl: self.func("int epoll_ctl(int, int, int, void *)"),
    uvActiveHandles: () => koffi.decode(uvDefaultLoop(), activeHandlesAt, "uint") as number,
    uvActiveRequests: () => koffi.decode(uvDefaultLoop(), activeRequestsAt, "uint") as number,
    ...loopRounds(koffi, self, uvDefaultLoop),
    ...v8Execution(self),
    ...nodePlatform(koffi, self),
    ...ownMemory(koffi, self),
    view: (address: bigint, length: number) => koffi.view(address, length),
    errno: () => koffi.errno(),
    strerror: self.func("str strerror(int)"),
  } as unknown as Libc;
}

// enum uv_handle_type, which libuv only ever adds to.
const UV_ASYNC = 1;
const UV_PREPARE = 9;
const UV_SIGNAL = 16;
// struct uv_signal_s, of version 1 too, ends in { unsigned caught_signals; unsigned dispatched_signals }.
const caughtSignalsAt = 144;
const streamTypes = new Set([3, 4, 7, 8, 10, 12, 14, 15, 16]);
// Pipe, TCP, TTY.
const readTypes = new Set([7, 12, 14]);

function loopRounds(koffi: Koffi, self: ReturnType<Koffi["load"]>, defaultLoop: () => unknown) {
  const callback = koffi.pointer(koffi.proto("void", ["void *"]));
  const [init, start] = [
    self.func("int uv_prepare_init(void *, void *)"),
    self.func("uv_prepare_start", "int", ["void *", callback]),
  ];
  const [ref, unref] = [self.func("void uv_ref(void *)"), self.func("void uv_unref(void *)")];
  const isAlive = self.func("int uv_loop_alive(void *)");
  const handle = koffi.alloc("uint8", self.func("size_t uv_handle_size(int)")(UV_PREPARE));
  const walkCallback = koffi.pointer(koffi.proto("void", ["void *", "void *"]));
  const walk = self.func("uv_walk", "void", ["void *", walkCallback, "void *"]);
  const fileno = self.func("int uv_fileno(void *, _Out_ int *)");
  const typeOf = self.func("int uv_handle_get_type(void *)");
  const forEach = (types: ReadonlySet<number>, call: (one: bigint) => void) =>
    walk(defaultLoop(), (one: bigint) => void (types.has(typeOf(one)) && call(one)), null);
  const descriptorOf = (stream: bigint) => {
    const fd: [number] = [-1];
    return fileno(stream, fd) === 0 ? fd[0] : -1;
  };
  const stop = self.func("int uv_read_stop(void *)");
  return {
    streamDescriptors() {
      const fds: number[] = [];
      forEach(streamTypes, (stream) => fds.push(descriptorOf(stream)));
      return fds.filter((fd) => fd >= 0);
    },
    stopReading: (fd: number) => forEach(readTypes, (stream) => void (descriptorOf(stream) === fd && stop(stream))),
    unrefAll: () => forEach(new Set([UV_ASYNC, ...streamTypes]), unref),
    forgetSignals: () =>
      forEach(new Set([UV_SIGNAL]), (handle) => {
        const counts = new Uint32Array(koffi.view(handle + BigInt(caughtSignalsAt), 8));
        counts[1] = counts[0] as number;
      }),
    onEachRound(call: () => void) {
      init(defaultLoop(), handle);
      start(handle, koffi.register(call, callback));
    },
    loopIsAlive() {
      unref(handle);
      const alive = isAlive(defaultLoop()) !== 0;
      ref(handle);
      return alive;
    },
  };
}

// V8's own names, as C++ compilers of the Itanium ABI write them; Node exports them for addons.
function v8Execution(self: ReturnType<Koffi["load"]>) {
  const current = self.func("void *_ZN2v87Isolate10GetCurrentEv()");
  const terminate = self.func("void _ZN2v87Isolate18TerminateExecutionEv(void *)");
  const [onMicrotasks, offMicrotasks] = [
    self.func("void _ZN2v87Isolate30AddMicrotasksCompletedCallbackEPFvPS0_PvES2_(void *, void *, void *)"),
    self.func("void _ZN2v87Isolate33RemoveMicrotasksCompletedCallbackEPFvPS0_PvES2_(void *, void *, void *)"),
  ];
  // A method without parameters, given as the function to be called back with the isolate first: so it is called on that.
  const cancel = self.symbol("_ZN2v87Isolate24CancelTerminateExecutionEv", "void *");
  return {
    terminateExecution: () => terminate(current()),
    goOnAfterMicrotasks: (on: boolean) => (on ? onMicrotasks : offMicrotasks)(current(), cancel, null),
  };
}

function nodePlatform(koffi: Koffi, self: ReturnType<Koffi["load"]>) {
  // A std::unique_ptr is returned in memory that the caller provides, as a structure of more than two words is.
  const returned = koffi.struct({ platform: "uint64", unused: koffi.array("uint64", 2) });
  const create = "_ZN4node20MultiIsolatePlatform6CreateEiPN2v817TracingControllerEPNS1_13PageAllocatorE";
  return {
    newPlatform(threads: number) {
      try {
        // Without the controller in use, one that traces nothing would take its place.
        const controller = self.func("void *_ZN4node7tracing16TraceEventHelper20GetTracingControllerEv()");
        const holder = koffi.address(self.symbol("_ZN4node11per_process11v8_platformE", "void *"));
        const made = self.func(create, returned, ["int", "void *", "void *"])(threads, controller(), null);
        return { platform: BigInt(made.platform), holder };
      } catch {
        return null;
      }
    },
  };
}

function ownMemory(koffi: Koffi, self: ReturnType<Koffi["load"]>) {
  const here = koffi.struct({ base: "void *", length: "size_t" });
  const there = koffi.struct({ base: "uint64", length: "size_t" });
  const vectors = [koffi.pointer(here), "ulong", koffi.pointer(there), "ulong"];
  const read = self.func("process_vm_readv", "intptr_t", ["int", ...vectors, "ulong"]);
  return {
    peek(address: bigint, length: number) {
      const bytes = new Uint8Array(length);
      const count = read(process.pid, [{ base: bytes, length }], 1, [{ base: address, length }], 1, 0);
      return count === length ? bytes : null;
    },
  };
}
