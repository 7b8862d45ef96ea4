import type { Encoded } from "../codec/encode.ts";
import type { FormReader } from "../codec/form.ts";
import type { SocketData } from "./open-socket.ts";

/** The name of the forms of sockets and servers. */
export const socketKind = "socket";

/** The form of a socket or a server. */
export interface SocketForm {
  /** Which of the message's descriptors it has. */
  readonly index: number;
  readonly data: SocketData;
}

const none: readonly FormReader<never>[] = [];

/**
 * Receives the descriptors that an encoded value needs.
 *
 * @returns the readers of its sockets and servers.
 * @throws {ClosedError} when the sender has ended, or has taken one back.
 */
export async function receiveSockets({ descriptors }: Encoded): Promise<readonly FormReader<never>[]> {
  if (descriptors === undefined) return none;
  // Loaded by receivers of sockets only.
  const { receiveDescriptor } = await import("./receive-descriptor.ts");
  const fds = await Promise.all(descriptors.map(receiveDescriptor));
  const { openDescriptor } = await import("./open-socket.ts");
  const reader: FormReader = {
    kind: socketKind,
    begin(form, decode) {
      const { index, data } = form as SocketForm;
      return openDescriptor(fds[index] as number, decode(data) as SocketData);
    },
  };
  return [reader as FormReader<never>];
}
