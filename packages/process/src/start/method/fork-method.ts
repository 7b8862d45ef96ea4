import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { dieWithParent } from "../../posix/calls/die-with-parent.ts";
import { libc } from "../../posix/calls/libc.ts";
import { forkProgramWith } from "../../posix/fork/fork-program.ts";
import { processForkRefusal } from "../../posix/fork/fork-readiness.ts";
import { abandonStack } from "../../posix/node-internals/abandon-stack.ts";
import { libuv } from "../../posix/node-internals/libuv.ts";
import { ChildPipes } from "../child/child-pipes.ts";
import { ProcessChild } from "../child/process-child.ts";
import { sendSignal } from "../child/send-signal.ts";
import type { LaunchSpec, StartMethod } from "../start-method.ts";
import { replaceStdio } from "./direct-stdio.ts";
import { waitAndReap } from "./wait-and-reap.ts";

/**
 * Children that are forks of this program, which must run under `manyhands run`. A child's memory is a copy of the
 * parent's, so nothing is sent to it.
 */
export const fork: StartMethod = {
  name: "fork",
  reach: "process",
  inherits: true,
  launch(spec) {
    const refusal = processForkRefusal();
    if (refusal !== null) throw new Error(`Cannot start ${spec.name}: ${refusal}`);
    const { runInherited } = spec;
    if (runInherited === null)
      throw new Error(`Cannot start ${spec.name} by "fork": no function was given to run in the child`);
    const pipes = new ChildPipes(spec);
    try {
      pipes.open();
      const parent = process.pid;
      const pid = forkProgramWith(dropListeners);
      if (pid === 0) runAsChild(parent, pipes.childEnds, spec, runInherited);
      const [channelEnd, stdin, stdout, stderr] = pipes.streams();
      const channel = new StreamChannel(channelEnd as Socket);
      const handle = {
        pid,
        channel,
        stdin: stdin ?? null,
        stdout: stdout ?? null,
        stderr: stderr ?? null,
        ended: waitAndReap(pid, channel.closed),
        kill: (signal: NodeJS.Signals) => sendSignal(pid, signal),
        // Nothing to do: the caller refs the channel too, and that closes when the child ends.
        ref() {},
      };
      return new ProcessChild(handle, spec);
    } catch (error) {
      pipes.closeParentEnds();
      throw error;
    } finally {
      pipes.closeChildEnds();
    }
  },
};

// The parent's listeners for signals and for uncaught errors must not run in the child: its parent gets its errors.
function dropListeners(): void {
  for (const event of process.eventNames())
    if (/^(SIG.*|uncaughtException|unhandledRejection)$/.test(String(event))) process.removeAllListeners(event);
  process.setUncaughtExceptionCaptureCallback(null);
}

function runAsChild(
  parent: number,
  childEnds: readonly number[],
  spec: LaunchSpec,
  runInherited: NonNullable<LaunchSpec["runInherited"]>,
): never {
  dieWithParent(parent);
  const [channelEnd, ...stdio] = childEnds;
  // The parent's stream may be reading stdin. It would continue here, and fail where stdin is a file now.
  libuv().stopReading(0);
  stdio.forEach((fd, to) => {
    if (fd !== to) libc().dup2(fd, to);
  });
  for (const fd of stdio) if (fd > 2) closeSync(fd);
  replaceStdio(spec);
  if (spec.env !== undefined) {
    for (const name of Object.keys(process.env)) if (!(name in spec.env)) delete process.env[name];
    Object.assign(process.env, spec.env);
  }
  runInherited.prepare();
  return abandonStack(() => {
    const { Socket } = process.getBuiltinModule("node:net");
    runInherited.run(() => new StreamChannel(new Socket({ fd: channelEnd })));
  });
}
