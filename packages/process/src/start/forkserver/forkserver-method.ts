import { isDenied, isPermissionError } from "../../base/permission.ts";
import { detachBuffers } from "../../codec/detach-buffers.ts";
import { serialize } from "../../codec/serialize.ts";
import { ChildPipes } from "../child/child-pipes.ts";
import { inheritedExecArgv } from "../child/exec-argv.ts";
import { failedChild } from "../child/failed-child.ts";
import { type LoaderOption, parseNodeOptions } from "../child/node-options.ts";
import { refuseOtherProgram } from "../child/other-program.ts";
import { ProcessChild } from "../child/process-child.ts";
import type { LaunchSpec, StartMethod } from "../start-method.ts";
import { RequestedChild } from "./requested-child.ts";
import { divideOptions, type ServerNodeOptions } from "./server-options.ts";
import { mayWait, noteHolder, type Requested, WaitingChild } from "./waiting-child.ts";

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

// A server that has booted and is not importing a module forks within a few milliseconds. Longer than that, `start()`
// does not block the event loop.
const longestBlockMs = 20;

/** Children that are forks of a small Node process, the fork server. It is started with the first of them. */
export const forkserver: StartMethod = {
  name: "forkserver",
  reach: "process",
  launch(spec) {
    refuseOtherProgram(`Cannot start ${spec.name} by "forkserver"`);
    const execArgv = spec.execArgv ?? inheritedExecArgv();
    const env = { ...(spec.env ?? process.env) };
    const options = divideOptions(execArgv, env.NODE_OPTIONS);
    refuseFrozen(spec.name, options);
    const { loaders } = options;
    const cwd = workingDirectory();
    const message: ForkedChildMessage = { env, cwd, loaders, execArgv, startMessage: spec.startMessage };
    // Serialised first: a message that cannot be cloned throws here, before a process exists.
    const serialized = spec.cloning(() => serialize(message));
    try {
      return request(spec, options, serialized, longestBlockMs).child;
    } catch (error) {
      if (isDenied(error) || isPermissionError(error)) throw error;
      if (mayWait(spec, error)) {
        detachBuffers(spec.transferList);
        return new WaitingChild(() => request({ ...spec, transferList: [] }, options, serialized, 0));
      }
      return failedChild(spec, Promise.resolve({ code: 1, error }));
    }
  },
};

function refuseFrozen(name: string, { execArgv, nodeOptions }: ServerNodeOptions): void {
  const freezing = "--frozen-intrinsics";
  if (![...execArgv, ...parseNodeOptions(nodeOptions)].includes(freezing)) return;
  throw new TypeError(
    `Cannot start ${name} by "forkserver": ${freezing} freezes Math, and a fork would draw the random numbers of its ` +
      'parent; write startMethod: "spawn"',
  );
}

/** @throws the system's error when there are no descriptors for the child. */
function request(spec: LaunchSpec, options: ServerNodeOptions, serialized: Uint8Array, blockMs: number): Requested {
  const pipes = new ChildPipes(spec);
  try {
    pipes.open();
    const requested = new RequestedChild(spec, options, pipes);
    requested.request(blockMs);
    requested.start(serialized, spec.transferList);
    const child = new ProcessChild(requested, spec);
    noteHolder(child);
    return { child, channel: requested.channel };
  } catch (error) {
    pipes.closeParentEnds();
    pipes.closeChildEnds();
    throw error;
  }
}

// The working directory may have been deleted. The link in /proc still leads to it, for a child as well.
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return `/proc/${process.pid}/cwd`;
  }
}
