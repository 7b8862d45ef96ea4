import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { mayRead } from "../../base/permission.ts";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { serialize } from "../../codec/serialize.ts";
import { inheritedExecArgv, withFreeInspectorPort } from "../child/exec-argv.ts";
import { executable } from "../child/executable.ts";
import { exitCodeOf } from "../child/exit-code.ts";
import { failedChild } from "../child/failed-child.ts";
import { refuseOtherProgram } from "../child/other-program.ts";
import { ProcessChild } from "../child/process-child.ts";
import { programUrl } from "../child/program-url.ts";
import { sendSignal } from "../child/send-signal.ts";
import { markedEnv } from "../child/started-by.ts";
import { watchBoot } from "../child/stuck-boot.ts";
import type { Exit, LaunchSpec, StartMethod } from "../start-method.ts";

/** Children that are new Node processes. They inherit nothing but what is sent to them. */
export const spawn: StartMethod = {
  name: "spawn",
  reach: "process",
  launch(spec) {
    refuseOtherProgram(`Cannot start ${spec.name} by "spawn"`);
    // Serialised first: a message that cannot be cloned throws here, before a process exists.
    const message = serializeStart(spec);
    const { NODE_OPTIONS } = spec.env ?? process.env;
    const execArgv = withFreeInspectorPort(spec.execArgv ?? inheritedExecArgv(), NODE_OPTIONS);
    const program = fileURLToPath(programUrl("spawn"));
    const node = [executable(), ...execArgv, program];
    const [file = "", ...args] = canSetDeathSignal() ? [setpriv, "--pdeathsig", "KILL", "--", ...node] : node;
    const child = process.getBuiltinModule("node:child_process").spawn(file, args, {
      stdio: [spec.stdin, spec.stdout, spec.stderr === "ignore" ? "ignore" : "pipe", "pipe"],
      env: markedEnv(spec.env ?? process.env),
      windowsHide: true,
    });
    // Node makes no streams when no descriptors are left, and emits the error later.
    if (child.stdio === undefined) return failedChild(spec, ended(child));
    const socket = child.stdio[3] as Socket;
    const channel = new StreamChannel(socket);
    channel.write(message, spec.transferList);
    let stuck: Error | undefined;
    if (child.pid !== undefined) {
      const hasBooted = () => socket.bytesRead > 0 || child.exitCode !== null || child.signalCode !== null;
      watchBoot(child.pid, program, [...execArgv, NODE_OPTIONS ?? ""], hasBooted, (error) => {
        stuck = error;
        child.kill("SIGKILL");
      });
    }
    const handle = {
      pid: child.pid ?? 0,
      channel,
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended: ended(child, () => stuck),
      kill: (signal: NodeJS.Signals) => {
        if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
          sendSignal(child.pid, signal);
      },
      ref: (alive: boolean) => (alive ? child.ref() : child.unref()),
    };
    return new ProcessChild(handle, spec);
  },
};

// A function of its own: its closure would keep the child's arguments in memory, with those of `launch()`.
function serializeStart(spec: LaunchSpec): Uint8Array {
  return spec.cloning(() => serialize(spec.startMessage));
}

// A child learns from its channel that its parent has ended, but not while it is busy outside of the event loop. On
// Linux the kernel ends it then: setpriv sets `PR_SET_PDEATHSIG` and becomes Node, with the same pid.
const setpriv = "/usr/bin/setpriv";
let hasSetpriv: boolean | undefined;

function canSetDeathSignal(): boolean {
  hasSetpriv ??= process.platform === "linux" && mayRead(setpriv) && existsSync(setpriv);
  return hasSetpriv;
}

/** @param stuck returns why the child was ended while it booted; `undefined` when it was not. */
function ended(child: ChildProcess, stuck: () => Error | undefined = () => undefined): Promise<Exit> {
  return new Promise((resolve) => {
    // A child with a pid was started. Later errors, such as that of a signal that it may not get, are not its end.
    child.on("error", (error) => {
      if (child.pid === undefined) resolve({ code: 1, error });
    });
    child.once("exit", (code, signal) => {
      const error = stuck();
      if (error !== undefined) resolve({ code: 1, error });
      else resolve({ code: exitCodeOf(code, signal) });
    });
  });
}
