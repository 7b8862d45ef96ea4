import { libc, type MessageHeader } from "./libc.ts";
import { MSG_NOSIGNAL } from "./linux-constants.ts";
import { checked } from "./system-error.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** Creates two sockets, each the other's peer. `execve` closes both. */
export function socketPair(): [number, number] {
  const fds: [number, number] = [-1, -1];
  checked("socketpair", libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  return fds;
}

/**
 * Closes a descriptor that a call of the system made. On a thread, `closeSync()` of Node prints a warning for it, since
 * Node has not opened it.
 */
export function closeDescriptor(fd: number): void {
  checked("close", libc().close(fd));
}

/**
 * Sends bytes and descriptors over a socket in one message. The call fails when they do not fit into one.
 *
 * @throws the error of the system: EPIPE when the peer is gone.
 */
export function sendDescriptors(socket: number, bytes: Uint8Array, fds: readonly number[]): void {
  const control = Buffer.alloc(controlBytes(fds.length));
  control.writeBigUInt64LE(BigInt(controlHeaderBytes + 4 * fds.length), 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  fds.forEach((fd, i) => {
    control.writeInt32LE(fd, controlHeaderBytes + 4 * i);
  });
  const sent = checked("sendmsg", libc().sendmsg(socket, header(bytes, control), MSG_NOSIGNAL));
  if (sent !== bytes.byteLength)
    throw new Error(`Cannot send a message of ${bytes.byteLength} bytes: ${sent} were sent`);
}

/**
 * Receives what {@link sendDescriptors} sent.
 *
 * @param bytes receives the bytes.
 * @param most the largest number of descriptors that is expected.
 * @returns the number of bytes, 0 when the peer is gone, and the descriptors, which this process now owns.
 */
export function receiveDescriptors(socket: number, bytes: Uint8Array, most: number): { length: number; fds: number[] } {
  const control = Buffer.alloc(controlBytes(most));
  const message = header(bytes, control);
  const length = checked("recvmsg", libc().recvmsg(socket, message, MSG_CMSG_CLOEXEC));
  const fds: number[] = [];
  if (message.msg_controllen >= controlHeaderBytes && control.readInt32LE(12) === SCM_RIGHTS) {
    const end = Number(control.readUInt32LE(0));
    for (let at = controlHeaderBytes; at + 4 <= end; at += 4) fds.push(control.readInt32LE(at));
  }
  return { length, fds };
}

// struct cmsghdr: a length, the level and the type; the data follows and is padded to whole words.
const controlHeaderBytes = 16;
const controlBytes = (fds: number) => controlHeaderBytes + ((4 * fds + 7) & ~7);

function header(bytes: Uint8Array, control: Uint8Array): MessageHeader {
  return {
    msg_name: null,
    msg_namelen: 0,
    msg_iov: [{ iov_base: bytes, iov_len: bytes.byteLength }],
    msg_iovlen: 1,
    msg_control: control,
    msg_controllen: control.byteLength,
    msg_flags: 0,
  };
}
