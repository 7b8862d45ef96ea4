import { StreamChannel } from "../../channel/stream-channel.ts";
import type { Child, Exit, LaunchSpec } from "../start-method.ts";
import { ProcessChild } from "./process-child.ts";

/** The process that was to fork the child, and exited instead. */
interface Forker {
  readonly ended: Promise<Exit>;
  readonly stderrTail: string;
  ref(alive: boolean): void;
}

/**
 * A child that could not be started. The failure is reported as its exit, as Node does for processes.
 *
 * @param ended how the attempt ended.
 * @param forker the process whose stderr tail the child reports. Default: none.
 */
export function failedChild(spec: LaunchSpec, ended: Promise<Exit>, forker?: Forker): Child {
  const { Socket } = process.getBuiltinModule("node:net");
  const { Readable } = process.getBuiltinModule("node:stream");
  const handle = {
    pid: 0,
    channel: new StreamChannel(new Socket().destroy()),
    stdin: null,
    stdout: null,
    stderr: spec.stderr === "ignore" ? null : Readable.from(stderrOf(forker)),
    ended,
    kill() {},
    ref: (alive: boolean) => forker?.ref(alive),
  };
  // The forker's stderr was copied to this program's already, so it is not copied again.
  return new ProcessChild(handle, spec.stderr === "inherit" ? { ...spec, stderr: "ignore" } : spec);
}

async function* stderrOf(forker: Forker | undefined): AsyncGenerator<Buffer> {
  await forker?.ended;
  yield Buffer.from(forker?.stderrTail ?? "");
}
