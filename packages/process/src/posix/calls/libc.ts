import { ownSymbols } from "./own-symbols.ts";

/** The functions of the C library that `posix/` calls, each with the signature of its manual page. */
export interface Libc {
  fork(): number;
  waitpid(pid: number, status: [number | null], options: number): number;
  _exit(status: number): void;
  getpid(): number;
  getppid(): number;
  kill(pid: number, signal: number): number;
  pipe2(fds: [number, number], flags: number): number;
  socketpair(domain: number, type: number, protocol: number, fds: [number, number]): number;
  close(fd: number): number;
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
  epollCtl(set: number, operation: number, fd: number, event: Uint8Array): number;
  /** The bytes of this process at an address. */
  view(address: bigint, length: number): ArrayBuffer;
  /** The error number of the last call. */
  errno(): number;
  /** The description of an error number. */
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

let bound: Libc | undefined;

/**
 * The C library, bound by the first call.
 *
 * @throws what koffi throws when it is not installed or has no build for this machine.
 */
export function libc(): Libc {
  bound ??= bind();
  return bound;
}

function bind(): Libc {
  const { koffi, library } = ownSymbols();
  // The types have no names, since koffi has one list of names for the whole process.
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
  return {
    fork: library.func("int fork()"),
    waitpid: library.func("int waitpid(int, _Out_ int *, int)"),
    _exit: library.func("void _exit(int)"),
    getpid: library.func("int getpid()"),
    getppid: library.func("int getppid()"),
    kill: library.func("int kill(int, int)"),
    pipe2: library.func("int pipe2(_Out_ int *, int)"),
    socketpair: library.func("int socketpair(int, int, int, _Out_ int *)"),
    close: library.func("int close(int)"),
    dup2: library.func("int dup2(int, int)"),
    dup3: library.func("int dup3(int, int, int)"),
    fcntl: library.func("int fcntl(int, int, int)"),
    poll: library.func("int poll(void *, unsigned long, int)"),
    sendmsg: library.func("sendmsg", "intptr_t", ["int", koffi.pointer(msghdr), "int"]),
    recvmsg: library.func("recvmsg", "intptr_t", ["int", koffi.inout(koffi.pointer(msghdr)), "int"]),
    send: library.func("intptr_t send(int, void *, size_t, int)"),
    recv: library.func("intptr_t recv(int, void *, size_t, int)"),
    signal: library.func("uintptr_t signal(int, uintptr_t)"),
    sigprocmask: library.func("int sigprocmask(int, void *, void *)"),
    execve: library.func("int execve(str, str *, str *)"),
    prctl: library.func("int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)"),
    setSeccompFilter: library.func("prctl", "int", ["int", "ulong", koffi.pointer(sockFprog), "ulong", "ulong"]),
    pidfdOpen: library.func("syscall", "long", ["long", "int", "uint"]),
    epollCtl: library.func("int epoll_ctl(int, int, int, void *)"),
    view: (address: bigint, length: number) => koffi.view(address, length),
    errno: () => koffi.errno(),
    strerror: library.func("str strerror(int)"),
  } as unknown as Libc;
}
