import type { Socket } from "node:net";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { serialize } from "../../codec/serialize.ts";
import { afterFork } from "../../posix/fork/fork-hooks.ts";
import { ChildPipes } from "../child/child-pipes.ts";
import { inheritedExecArgv } from "../child/exec-argv.ts";
import { failedChild } from "../child/failed-child.ts";
import type { LoaderOption } from "../child/node-options.ts";
import { ProcessChild } from "../child/process-child.ts";
import { sendSignal } from "../child/send-signal.ts";
import type { Child, LaunchSpec, StartMethod } from "../start-method.ts";
import { ForkServerConnection, ForkServerExited, ForkServerUnfit } from "./fork-server-connection.ts";
import { divideOptions, programOptions, type ServerNodeOptions } from "./server-options.ts";

/** The first message to a forked child: what a new process gets from the operating system, and the start message. */
export interface ForkedChildMessage {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The modules that Node's options load before the program. */
  readonly loaders: readonly LoaderOption[];
  /** The child's `process.execArgv`, without the options that make its process able to fork. */
  readonly execArgv: readonly string[];
  readonly startMessage: unknown;
}

/** Children that are forks of a small Node process, the fork server. It is started with the first of them. */
export const forkserver: StartMethod = {
  name: "forkserver",
  reach: "process",
  launch(spec) {
    const execArgv = spec.execArgv ?? inheritedExecArgv();
    const env = { ...(spec.env ?? process.env) };
    const options = divideOptions(execArgv, env.NODE_OPTIONS);
    const { loaders } = options;
    const cwd = workingDirectory();
    const message: ForkedChildMessage = { env, cwd, loaders, execArgv, startMessage: spec.startMessage };
    // Serialised first: a message that cannot be cloned throws here, before a process exists.
    const serialized = spec.cloning(() => serialize(message));
    for (let attempt = 1; ; attempt++) {
      const pipes = new ChildPipes(spec);
      let isNew = false;
      try {
        const known = knownServer(options);
        isNew = known === undefined;
        return launchOn(known ?? newServer(options, spec), serialized, pipes, spec, options);
      } catch (error) {
        pipes.closeParentEnds();
        // The launch is repeated with another server. That is safe: the child cannot have run, since the start message
        // was not sent.
        const isReplaceable = error instanceof ForkServerExited && !isNew && attempt === 1;
        if (isReplaceable || error instanceof ForkServerUnfit) continue;
        return failedLaunch(error, spec);
      } finally {
        pipes.closeChildEnds();
      }
    }
  },
};

// The working directory may have been deleted. The link in /proc still leads to it, for a child as well.
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return `/proc/${process.pid}/cwd`;
  }
}

function launchOn(
  server: ForkServerConnection,
  serialized: Uint8Array,
  pipes: ChildPipes,
  spec: LaunchSpec,
  options: ServerNodeOptions,
): Child {
  pipes.open();
  const [channelEnd, stdin, stdout, stderr] = pipes.streams();
  const channel = new StreamChannel(channelEnd as Socket);
  let isOpen = true;
  void channel.closed.then(() => {
    isOpen = false;
  });
  const killOrphan = (pid: number) => {
    // The channel closes when the child ends. After that, the pid may be another process's.
    if (isOpen) sendSignal(pid, "SIGKILL");
  };
  const { pid, ended } = server.fork(pipes.childEnds, modulesToPreload(spec, options), killOrphan);
  channel.write(serialized, spec.transferList);
  // The closures below do not use `spec`, which would keep the child's arguments in memory while it runs.
  const endsServer = isOwn(options);
  let isHeld = false;
  let hasEnded = false;
  const ref = (alive: boolean) => {
    if ((alive && !hasEnded) === isHeld) return;
    isHeld = !isHeld;
    server.ref(isHeld);
  };
  const handle = {
    pid,
    channel,
    stdin: stdin ?? null,
    stdout: stdout ?? null,
    stderr: stderr ?? null,
    ended: ended.then(async (exit) => {
      hasEnded = true;
      // Released only now, since the server's own end may be part of this wait.
      if (endsServer) await server.endWhenIdle();
      ref(false);
      return exit;
    }),
    kill: (signal: NodeJS.Signals) => sendSignal(pid, signal),
    ref,
  };
  return new ProcessChild(handle, spec);
}

let preload: readonly string[] | null = null;

/**
 * Sets the modules that a fork server imports before it forks, so that its children have them already. For servers that
 * are started from now on.
 *
 * @param modules URLs; `null` for the modules of the targets that the server's children run.
 */
export function preloadInForkServer(modules: readonly string[] | null): void {
  preload = modules;
}

// One server for each set of Node's options, since a fork has the options of its server. The server with the
// program's own options stays; a server for one child's options ends with that child.
const servers = new Map<string, ForkServerConnection>();

/** The keys of servers that preload no modules, since a module that was preloaded started a thread. */
const withoutPreload = new Set<string>();

afterFork(() => {
  for (const server of servers.values()) server.abandon();
  servers.clear();
});

function keyOf(options: ServerNodeOptions): string {
  return JSON.stringify(options);
}

function knownServer(options: ServerNodeOptions): ForkServerConnection | undefined {
  const key = keyOf(options);
  const known = servers.get(key);
  if (known?.isUnfit === true) {
    withoutPreload.add(key);
    servers.delete(key);
    return undefined;
  }
  return known?.isAlive === true && known.isAnswering() ? known : undefined;
}

function newServer(options: ServerNodeOptions, spec: LaunchSpec): ForkServerConnection {
  const key = keyOf(options);
  const server = new ForkServerConnection(options, {
    preload: withoutPreload.has(key) ? null : (preload ?? modulesToPreload(spec, options)),
    preparesChildren: !isOwn(options),
    parent: spec.parent,
    mainModule: spec.mainModule,
  });
  servers.set(key, server);
  return server;
}

// A module that the children's module hooks may change is not imported without the hooks, unless the program asks.
function modulesToPreload({ modules }: LaunchSpec, { loaders }: ServerNodeOptions): readonly string[] {
  return preload === null && loaders.length === 0 ? modules : [];
}

// A child with options of its own has a server for itself: such options are rarely used twice.
function isOwn(options: ServerNodeOptions): boolean {
  return keyOf(options) !== keyOf(programOptions());
}

// When the server could not start, its exit and its stderr tail are the child's.
function failedLaunch(error: unknown, spec: LaunchSpec): Child {
  if (!(error instanceof ForkServerExited)) return failedChild(spec, Promise.resolve({ code: 1, error }));
  const { server } = error;
  const ended = server.ended.then((exit) => ({ code: exit.code === 0 ? 1 : exit.code, error: exit.error ?? error }));
  return failedChild(spec, ended, server);
}
