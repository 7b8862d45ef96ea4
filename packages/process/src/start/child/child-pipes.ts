import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { closeDescriptor, socketPair } from "../../posix/calls/descriptors.ts";
import { libc } from "../../posix/calls/libc.ts";
import { MSG_DONTWAIT, MSG_PEEK } from "../../posix/calls/linux-constants.ts";
import type { LaunchSpec, Stdio } from "../start-method.ts";

/** The socket pairs between this program and a forked child: channel, stdin, stdout, stderr. */
export class ChildPipes {
  /** The child's ends, in that order. */
  readonly childEnds: number[] = [];
  /** This program's ends; `undefined` where the child's end leads elsewhere. */
  readonly #parentEnds: (number | Socket | undefined)[] = [];
  /** Each closes an end of the child that was opened here. */
  readonly #closeChildEnds: (() => void)[] = [];
  readonly #spec: Pick<LaunchSpec, "stdin" | "stdout" | "stderr">;

  constructor(spec: LaunchSpec) {
    const { stdin, stdout, stderr } = spec;
    this.#spec = { stdin, stdout, stderr };
  }

  /** Opens all pairs, as descriptors. */
  open(): void {
    const { stdin, stdout, stderr } = this.#spec;
    this.#openPair();
    this.#openStdio(stdin, 0);
    this.#openStdio(stdout, 1);
    this.#openStdio(stderr === "ignore" ? "ignore" : "pipe", 2);
  }

  /** Makes streams of this program's ends; `undefined` where it has none. */
  streams(): (Socket | undefined)[] {
    const { Socket } = process.getBuiltinModule("node:net");
    this.#parentEnds.forEach((fd, i) => {
      if (typeof fd === "number") this.#parentEnds[i] = new Socket({ fd });
    });
    return this.#parentEnds as (Socket | undefined)[];
  }

  /**
   * Whether no child has read of the channel. The child's ends must be open.
   *
   * @param takenBytes how many bytes the system has taken from this program's end.
   */
  isUnread(takenBytes: number): boolean {
    const bytes = Buffer.allocUnsafe(takenBytes + 1);
    const [channelEnd] = this.childEnds as [number];
    return libc().recv(channelEnd, bytes, bytes.byteLength, MSG_PEEK | MSG_DONTWAIT) === takenBytes;
  }

  closeChildEnds(): void {
    for (const close of this.#closeChildEnds) close();
  }

  closeParentEnds(): void {
    for (const end of this.#parentEnds) {
      if (typeof end === "number") closeDescriptor(end);
      else end?.destroy();
    }
  }

  #openPair(): void {
    const [parentEnd, childEnd] = socketPair();
    this.#parentEnds.push(parentEnd);
    this.childEnds.push(childEnd);
    this.#closeChildEnds.push(() => closeDescriptor(childEnd));
  }

  #openStdio(stdio: Stdio, fd: number): void {
    if (stdio === "pipe") {
      this.#openPair();
      return;
    }
    this.#parentEnds.push(undefined);
    if (stdio === "inherit") this.childEnds.push(fd);
    else {
      const devNull = openSync("/dev/null", fd === 0 ? "r" : "w");
      this.childEnds.push(devNull);
      this.#closeChildEnds.push(() => closeSync(devNull));
    }
  }
}
