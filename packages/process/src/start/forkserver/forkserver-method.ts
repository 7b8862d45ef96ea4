import type { Socket } from "node:net";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { serialize } from "../../codec/serialize.ts";
import { afterFork } from "../../posix/fork/fork-hooks.ts";
import { inheritedExecArgv, splitExecArgv } from "../child/exec-argv.ts";
import { Ends } from "../child/exit-watch.ts";
import { stillborn } from "../child/failed-child.ts";
import { ProcessChild } from "../child/process-child.ts";
import { sendSignal } from "../child/send-signal.ts";
import type { Child, LaunchSpec, StartMethod } from "../start-method.ts";
import { ForkServerConnection, ForkServerDied } from "./fork-server-connection.ts";

/** The first message to a forked child: what a fresh process would have been given by the system, and the boot message. */
export interface ForkBoot {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** What Node was to `--import` first. It often starts threads, which no fork has, so each child does it for itself. */
  readonly imports: readonly string[];
  /** Node's options as the child shows them: without those that make it forkable. */
  readonly execArgv: readonly string[];
  readonly boot: unknown;
}

/** Children that are real forks of a small Node process, which is started for the first of them. */
export const forkserver: StartMethod = {
  name: "forkserver",
  reach: "process",
  launch(spec) {
    const execArgv = spec.execArgv ?? inheritedExecArgv();
    const { own, imports } = splitExecArgv(execArgv);
    const env = { ...(spec.env ?? process.env) };
    const first: ForkBoot = { env, cwd: process.cwd(), imports, execArgv, boot: spec.boot };
    // Serialised before there is a process: a message that cannot be cloned throws here, and nothing was started.
    const boot = serialize(first);
    for (let attempt = 1; ; attempt++) {
      const ends = new Ends(spec);
      let isNew = false;
      try {
        const known = knownServer(own);
        isNew = known === undefined;
        return launchBy(known ?? newServer(own, spec), boot, ends, spec);
      } catch (error) {
        ends.closeOurs();
        // One that died since it last answered is replaced without a word. No child of its can have begun: what it is to do
        // was not sent.
        if (error instanceof ForkServerDied && !isNew && attempt === 1) continue;
        return unborn(error, spec);
      } finally {
        ends.closeTheirs();
      }
    }
  },
};

function launchBy(server: ForkServerConnection, boot: Uint8Array, ends: Ends, spec: LaunchSpec): Child {
  ends.make();
  const [channelEnd, stdin, stdout, stderr] = ends.open();
  const channel = new StreamChannel(channelEnd as Socket);
  let open = true;
  void channel.closed.then(() => {
    open = false;
  });
  const orphaned = (pid: number) => {
    // The end of its channel is the end of the child; after that, the pid may be another's.
    if (open) sendSignal(pid, "SIGKILL");
  };
  const { pid, ended } = server.fork(ends.theirs, preload === null ? spec.modules : [], orphaned);
  channel.write(boot, spec.transferList);
  // No closure below names the spec: with it they would keep the child's arguments for as long as it lives.
  const endsServer = isForItAlone(spec);
  let held = false;
  let over = false;
  const ref = (alive: boolean) => {
    if ((alive && !over) === held) return;
    held = !held;
    server.ref(held);
  };
  const birth = {
    pid,
    channel,
    stdin: stdin ?? null,
    stdout: stdout ?? null,
    stderr: stderr ?? null,
    ended: ended.then(async (exit) => {
      over = true;
      // Held until then, since the server's own end may be part of it.
      if (endsServer) await server.endWhenIdle();
      ref(false);
      return exit;
    }),
    kill: (signal: NodeJS.Signals) => sendSignal(pid, signal),
    ref,
  };
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

// One server for each set of Node's options, since a fork cannot have others than what it is a fork of. That of the program's
// own options stays; one for a single child's ends with it.
const servers = new Map<string, ForkServerConnection>();

afterFork(() => {
  for (const server of servers.values()) server.abandon();
  servers.clear();
});

function knownServer(execArgv: readonly string[]): ForkServerConnection | undefined {
  const known = servers.get(JSON.stringify(execArgv));
  return known?.isAlive === true && known.isAnswering() ? known : undefined;
}

function newServer(execArgv: readonly string[], spec: LaunchSpec): ForkServerConnection {
  const server = new ForkServerConnection(execArgv, {
    preload: preload ?? spec.modules,
    forksAhead: !isForItAlone(spec),
  });
  servers.set(JSON.stringify(execArgv), server);
  return server;
}

// Options of a child's own are seldom wanted twice.
function isForItAlone(spec: LaunchSpec): boolean {
  return spec.execArgv !== undefined;
}

// Where the server could not even start, its own end and its last words are the child's.
function unborn(error: unknown, spec: LaunchSpec): Child {
  if (!(error instanceof ForkServerDied)) return stillborn(spec, Promise.resolve({ code: 1, error }));
  const { server } = error;
  const ended = server.ended.then((exit) => ({ code: exit.code === 0 ? 1 : exit.code, error: exit.error ?? error }));
  return stillborn(spec, ended, server);
}
