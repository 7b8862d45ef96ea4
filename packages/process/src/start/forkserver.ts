import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { StreamChannel } from "../channel/stream-channel.ts";
import { serialize } from "../codec/serialize.ts";
import { afterFork } from "../posix/after-fork.ts";
import { socketPair } from "../posix/descriptors.ts";
import { inheritedExecArgv } from "./exec-argv.ts";
import { signalNumber } from "./exit-code.ts";
import { type Forked, ForkServerConnection } from "./fork-server-connection.ts";
import { ProcessChild } from "./process-child.ts";
import type { Child, LaunchSpec, StartMethod, Stdio } from "./start-method.ts";

/** The first message to a forked child: what a fresh process would have been given by the system, and the boot message. */
export interface ForkBoot {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly boot: unknown;
}

/** Children that are real forks of a small Node process, which is started for the first of them. */
export const forkserver: StartMethod = {
  name: "forkserver",
  reach: "process",
  launch(spec) {
    const first: ForkBoot = { env: { ...(spec.env ?? process.env) }, cwd: process.cwd(), boot: spec.boot };
    // Serialised before there is a process: a message that cannot be cloned throws here, and nothing was started.
    const boot = serialize(first);
    const ends = new Ends(spec);
    try {
      return launchWith(boot, ends, spec);
    } catch (error) {
      ends.closeOurs();
      return stillborn(error, spec);
    } finally {
      ends.closeTheirs();
    }
  },
};

function launchWith(boot: Uint8Array, ends: Ends, spec: LaunchSpec): Child {
  const [channelEnd, stdin, stdout, stderr] = ends.open();
  const channel = new StreamChannel(channelEnd as Socket);
  let open = true;
  void channel.closed.then(() => {
    open = false;
  });
  const orphaned = (pid: number) => {
    // The end of its channel is the end of the child; after that, the pid may be another's.
    if (open) send(pid, "SIGKILL");
  };
  const { forked, server } = fork(ends.theirs, spec, orphaned);
  channel.write(boot, spec.transferList);
  let alive = false;
  let over = false;
  const birth = {
    ...forked,
    channel,
    stdin: stdin ?? null,
    stdout: stdout ?? null,
    stderr: stderr ?? null,
    kill: (signal: NodeJS.Signals) => send(forked.pid, signal),
    ref(ref: boolean) {
      const held = ref && !over;
      if (held !== alive) server.ref(held);
      alive = held;
    },
  };
  void forked.ended.then(() => {
    over = true;
    birth.ref(false);
  });
  return new ProcessChild(birth, spec);
}

let preload: readonly string[] | null = null;

/**
 * Has the fork server import modules before it forks, so that its children have them at no cost. For servers that are
 * started from now on.
 *
 * @param modules URLs; `null` for the modules of the targets that it comes to see.
 */
export function preloadInForkServer(modules: readonly string[] | null): void {
  preload = modules;
}

// One server for each set of Node's options, since a fork cannot have others than what it is a fork of.
const servers = new Map<string, ForkServerConnection>();

afterFork(() => {
  for (const server of servers.values()) server.abandon();
  servers.clear();
});

function fork(
  fds: readonly number[],
  spec: LaunchSpec,
  orphaned: (pid: number) => void,
): { forked: Forked; server: ForkServerConnection } {
  const execArgv = serverExecArgv(spec.execArgv ?? inheritedExecArgv());
  const key = JSON.stringify(execArgv);
  const modules = preload === null ? spec.modules : [];
  for (let attempt = 1; ; attempt++) {
    let server = servers.get(key);
    if (server?.isAlive !== true) {
      server = new ForkServerConnection(execArgv, preload ?? modules);
      servers.set(key, server);
    }
    try {
      return { forked: server.fork(fds, modules, orphaned), server };
    } catch (error) {
      // One that died since it was last heard of is replaced without a word; one that dies at once is not.
      if (server.isAlive || attempt > 1) throw error;
    }
  }
}

// An inspector listens on a thread, which no child would have.
function serverExecArgv(execArgv: readonly string[]): string[] {
  return execArgv.filter((option) => !option.startsWith("--inspect"));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signalNumber(signal));
  } catch {
    // It has ended, and its end is on the way.
  }
}

/** The two ends of all that lies between a program and its child. */
class Ends {
  /** The child's: channel, stdin, stdout, stderr. */
  readonly theirs: number[] = [];
  readonly #ours: (number | Socket | undefined)[] = [];
  readonly #opened: number[] = [];
  readonly #spec: LaunchSpec;

  constructor(spec: LaunchSpec) {
    this.#spec = spec;
  }

  /** Opens them. @returns this program's ends, as streams; `undefined` where it has none. */
  open(): (Socket | undefined)[] {
    const { stdin, stdout, stderr } = this.#spec;
    this.#pair();
    this.#stdio(stdin, 0);
    this.#stdio(stdout, 1);
    this.#stdio(stderr === "ignore" ? "ignore" : "pipe", 2);
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

// It could not be made; that is told as its end, as Node tells of processes that it cannot make.
function stillborn(error: unknown, spec: LaunchSpec): Child {
  const socket = new (process.getBuiltinModule("node:net").Socket)();
  socket.destroy();
  const birth = {
    pid: 0,
    channel: new StreamChannel(socket),
    stdin: null,
    stdout: null,
    stderr: null,
    ended: Promise.resolve({ code: 1, error }),
    kill() {},
    ref() {},
  };
  return new ProcessChild(birth, spec);
}
