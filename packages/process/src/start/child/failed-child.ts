import { StreamChannel } from "../../channel/stream-channel.ts";
import type { Child, Exit, LaunchSpec } from "../start-method.ts";
import { ProcessChild } from "./process-child.ts";

/**
 * A child that could not be started. The failure is reported as its exit, as Node does for processes.
 *
 * @param ended how the attempt ended.
 */
export function failedChild(spec: LaunchSpec, ended: Promise<Exit>): Child {
  const { Socket } = process.getBuiltinModule("node:net");
  const { Readable } = process.getBuiltinModule("node:stream");
  const handle = {
    pid: 0,
    channel: new StreamChannel(new Socket().destroy()),
    stdin: null,
    stdout: null,
    stderr: spec.stderr === "ignore" ? null : Readable.from([]),
    ended,
    kill() {},
    ref() {},
  };
  return new ProcessChild(handle, spec);
}
