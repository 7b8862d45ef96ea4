import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { serialize } from "../../codec/serialize.ts";
import { inheritedExecArgv } from "../child/exec-argv.ts";
import { signalNumber } from "../child/exit-code.ts";
import { stillborn } from "../child/failed-child.ts";
import { ProcessChild } from "../child/process-child.ts";
import { program } from "../child/program-path.ts";
import type { Exit, StartMethod } from "../start-method.ts";

/** Children that are fresh Node processes: nothing is inherited but what is passed. */
export const spawn: StartMethod = {
  name: "spawn",
  reach: "process",
  launch(spec) {
    // Serialised before there is a process: a message that cannot be cloned throws here, and nothing was started.
    const boot = serialize(spec.boot);
    const node = [process.execPath, ...(spec.execArgv ?? inheritedExecArgv()), fileURLToPath(program("spawn"))];
    const [file = "", ...args] = diesWithParent() ? [setpriv, "--pdeathsig", "KILL", "--", ...node] : node;
    const child = process.getBuiltinModule("node:child_process").spawn(file, args, {
      stdio: [spec.stdin, spec.stdout, spec.stderr === "ignore" ? "ignore" : "pipe", "pipe"],
      ...(spec.env && { env: spec.env }),
      windowsHide: true,
    });
    // Node makes no streams where there are no descriptors left for them, and tells why a moment later.
    if (child.stdio === undefined) return stillborn(spec, ended(child));
    const channel = new StreamChannel(child.stdio[3] as Socket);
    channel.write(boot, spec.transferList);
    const birth = {
      pid: child.pid ?? 0,
      channel,
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended: ended(child),
      kill: (signal: NodeJS.Signals) => void child.kill(signal),
      ref: (alive: boolean) => (alive ? child.ref() : child.unref()),
    };
    return new ProcessChild(birth, spec);
  },
};

// The channel tells a child that its parent is gone, but not one that never comes back to its event loop. On Linux the
// kernel ends that one: setpriv asks for the signal and becomes Node, under the same pid.
const setpriv = "/usr/bin/setpriv";
let canDieWithParent: boolean | undefined;

function diesWithParent(): boolean {
  canDieWithParent ??= process.platform === "linux" && existsSync(setpriv);
  return canDieWithParent;
}

function ended(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, error }));
    child.once("exit", (code, signal) => resolve({ code: signal === null ? (code ?? 1) : -signalNumber(signal) }));
  });
}
