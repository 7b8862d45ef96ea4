import type { Socket } from "node:net";
import { isShareable, revive, socketOf, toHandle } from "../base/shareable.ts";
import { isArrayOrPlainObject } from "../codec/object-kind.ts";
import { refusalAt } from "../codec/refusal.ts";
import { closeDescriptor } from "../posix/calls/descriptors.ts";
import { copyDescriptor } from "./descriptor.ts";
import { openDescriptor } from "./open-socket.ts";
import { checkSendable, descriptorOf } from "./socket-handle.ts";
import { describeSocket, isSocketOrServer } from "./socket-writer.ts";

/** The arguments of a child by `fork`. Its memory has them, but their sockets and servers do not work in it. */
export interface InheritedArguments {
  /** In the child: the arguments, with sockets and servers of its own. */
  open(): readonly unknown[];
  /** In the parent, after the fork: closes the copies of descriptors. */
  close(): void;
}

type Container = Record<string | number, unknown>;

interface Copy {
  readonly container: Container;
  readonly key: string;
  readonly fd: number;
  /** In the child: makes the object over the copied descriptor. */
  readonly open: () => unknown;
}

/**
 * Copies the descriptors of sockets, servers and socket connections for a child by `fork`. Finds those that are an
 * argument, or an element or field of one: a longer search would make the start as slow as sending.
 *
 * @throws {CloneError} when one cannot be sent.
 */
export function inheritSockets(given: readonly unknown[]): InheritedArguments {
  const args = [...given];
  const copies: Copy[] = [];
  const close = () => {
    for (const { fd } of copies) closeDescriptor(fd);
  };
  const visit = (container: object) => {
    for (const key in container) {
      const value = (container as Container)[key];
      if (typeof value !== "object" || value === null) continue;
      if (isSocketOrServer(value) || socketOf in value) copies.push(copyFor(container as Container, key, value));
      else if (container === args && isArrayOrPlainObject(value)) visit(value);
    }
  };
  try {
    visit(args);
  } catch (error) {
    close();
    throw error;
  }
  return {
    open() {
      // In the child's own memory: the parent's objects stay as they are.
      for (const { container, key, open } of copies) container[key] = open();
      return args;
    },
    close,
  };

  function copyFor(container: Container, key: string, value: object): Copy {
    const socket = isSocketOrServer(value) ? value : (value as { readonly [socketOf]: Socket })[socketOf];
    try {
      checkSendable(socket);
    } catch (error) {
      throw refusalAt(value, args, { reach: "process", path: "args" }, error);
    }
    const handle = isShareable(value) ? value[toHandle]("process") : undefined;
    const fd = copyDescriptor(descriptorOf(socket));
    const data = describeSocket(socket);
    const open = () => {
      const own = openDescriptor(fd, data);
      return handle === undefined
        ? own
        : revive({ kind: handle.kind, data: { ...(handle.data as object), socket: own } });
    };
    return { container, key, fd, open };
  }
}
