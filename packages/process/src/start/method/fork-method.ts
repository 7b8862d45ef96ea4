import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { dieWithParent } from "../../posix/calls/die-with-parent.ts";
import { libc } from "../../posix/calls/libc.ts";
import { forkProgramWith } from "../../posix/fork/fork-program.ts";
import { unready } from "../../posix/fork/fork-readiness.ts";
import { abandonStack } from "../../posix/node-internals/abandon-stack.ts";
import { Ends } from "../child/exit-watch.ts";
import { ProcessChild } from "../child/process-child.ts";
import { sendSignal } from "../child/send-signal.ts";
import type { LaunchSpec, StartMethod } from "../start-method.ts";
import { takeStdio } from "./borrowed-stdio.ts";
import { reaped } from "./reaped-children.ts";

/** Children that are real forks of this very program, started by `manyhands run`: they have all that it has, uncopied. */
export const fork: StartMethod = {
  name: "fork",
  reach: "process",
  inherits: true,
  launch(spec) {
    const refusal = unready();
    if (refusal !== null) throw new Error(`Cannot start ${spec.name}: ${refusal}`);
    const ends = new Ends(spec);
    try {
      ends.make();
      const parent = process.pid;
      const pid = forkProgramWith(dropListeners);
      if (pid === 0) beChild(parent, ends.theirs, spec);
      const [channelEnd, stdin, stdout, stderr] = ends.open();
      const channel = new StreamChannel(channelEnd as Socket);
      const birth = {
        pid,
        channel,
        stdin: stdin ?? null,
        stdout: stdout ?? null,
        stderr: stderr ?? null,
        ended: reaped(pid, channel.closed),
        kill: (signal: NodeJS.Signals) => sendSignal(pid, signal),
        // Its channel, which is held together with it, ends when it does.
        ref() {},
      };
      return new ProcessChild(birth, spec);
    } catch (error) {
      ends.closeOurs();
      throw error;
    } finally {
      ends.closeTheirs();
    }
  },
};

// They are the program's own, and run in it.
function dropListeners(): void {
  for (const event of process.eventNames()) if (/^SIG/.test(String(event))) process.removeAllListeners(event);
}

function beChild(parent: number, theirs: readonly number[], spec: LaunchSpec): never {
  dieWithParent(parent);
  const [channelEnd, ...stdio] = theirs;
  // What of the parent's reads stdin would go on here, and could not where that leads to a file.
  libc().stopReading(0);
  stdio.forEach((fd, to) => {
    if (fd !== to) libc().dup2(fd, to);
  });
  for (const fd of stdio) if (fd > 2) closeSync(fd);
  takeStdio(spec);
  if (spec.env !== undefined) {
    for (const name of Object.keys(process.env)) if (!(name in spec.env)) delete process.env[name];
    Object.assign(process.env, spec.env);
  }
  return abandonStack(() => {
    spec.live?.(new StreamChannel(new (process.getBuiltinModule("node:net").Socket)({ fd: channelEnd })));
  });
}
