import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { socketPair } from "../../posix/calls/descriptors.ts";
import type { LaunchSpec, Stdio } from "../start-method.ts";

/** The two ends of all that lies between a program and its child. */
export class Ends {
  /** The child's: channel, stdin, stdout, stderr. */
  readonly theirs: number[] = [];
  readonly #ours: (number | Socket | undefined)[] = [];
  readonly #opened: number[] = [];
  readonly #spec: Pick<LaunchSpec, "stdin" | "stdout" | "stderr">;

  constructor(spec: LaunchSpec) {
    const { stdin, stdout, stderr } = spec;
    this.#spec = { stdin, stdout, stderr };
  }

  /** Makes them, as descriptors only. */
  make(): void {
    const { stdin, stdout, stderr } = this.#spec;
    this.#pair();
    this.#stdio(stdin, 0);
    this.#stdio(stdout, 1);
    this.#stdio(stderr === "ignore" ? "ignore" : "pipe", 2);
  }

  /** This program's ends, as streams; `undefined` where it has none. */
  open(): (Socket | undefined)[] {
    const { Socket } = process.getBuiltinModule("node:net");
    this.#ours.forEach((fd, i) => {
      if (typeof fd === "number") this.#ours[i] = new Socket({ fd });
    });
    return this.#ours as (Socket | undefined)[];
  }

  closeTheirs(): void {
    for (const fd of this.#opened) closeSync(fd);
  }

  closeOurs(): void {
    for (const end of this.#ours) {
      if (typeof end === "number") closeSync(end);
      else end?.destroy();
    }
  }

  #pair(): void {
    const [ours, theirs] = socketPair();
    this.#ours.push(ours);
    this.theirs.push(theirs);
    this.#opened.push(theirs);
  }

  #stdio(stdio: Stdio, fd: number): void {
    if (stdio === "pipe") {
      this.#pair();
      return;
    }
    this.#ours.push(undefined);
    if (stdio === "inherit") this.theirs.push(fd);
    else {
      const nowhere = openSync("/dev/null", fd === 0 ? "r" : "w");
      this.theirs.push(nowhere);
      this.#opened.push(nowhere);
    }
  }
}
