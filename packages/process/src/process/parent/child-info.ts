import type { ProcessInfo } from "../info/control-block.ts";
import { residentBytes, threadStat } from "../info/proc.ts";
import type { StartedChild } from "./started-child.ts";

/** The fields of a control block that a Process has itself. */
export type ShownFields = Pick<ProcessInfo, "name" | "state" | "daemon" | "startMethod">;

/** The control block of a child: the child's own figures, or the operating system's when the child does not answer. */
export async function childInfo(shown: ShownFields, child: StartedChild | null): Promise<ProcessInfo> {
  const [own] = (await child?.requestInfo()) ?? [];
  return own === undefined ? systemInfo(shown, child) : { ...own, ...parentFields(shown, child) };
}

/** The control blocks of a child and of all processes below it. @param watchMs as of `StartedChild.requestInfo`. */
export async function childTree(shown: ShownFields, child: StartedChild, watchMs?: number): Promise<ProcessInfo[]> {
  const [own, ...below] = (await child.requestInfo(watchMs)) ?? [];
  return own === undefined ? [systemInfo(shown, child)] : [{ ...own, ...parentFields(shown, child) }, ...below];
}

// The parent alone knows state and exit code: a child is always running while it answers.
function parentFields(shown: ShownFields, child: StartedChild | null): Pick<ProcessInfo, "state" | "exitCode"> {
  return { state: shown.state, exitCode: child?.exitCode ?? null };
}

function systemInfo(shown: ShownFields, child: StartedChild | null): ProcessInfo {
  const pid = child?.handle.hasPid === true ? child.handle.pid || null : null;
  const isAlive = child !== null && child.exitCode === null;
  const isThread = child !== null && child.handle.threadId !== 0;
  const stat = isAlive && pid !== null && !(isThread && child.tid === null) ? threadStat(pid, child.tid) : null;
  return {
    pid,
    threadId: child?.handle.threadId ?? 0,
    parentPid: process.pid,
    name: shown.name,
    ...parentFields(shown, child),
    startMethod: shown.startMethod,
    daemon: shown.daemon,
    cpuUserMs: stat?.cpuUserMs ?? null,
    cpuSystemMs: stat?.cpuSystemMs ?? null,
    heapUsedBytes: null,
    residentBytes: isAlive && pid !== null ? residentBytes(pid) : null,
    queuedItems: null,
    tasks: null,
    supervisors: null,
    times: null,
    limits: null,
    startedAt: child?.startedAt ?? new Date(Number.NaN),
  };
}
