import type { ProcessInfo } from "../info/control-block.ts";
import { residentBytes, threadStat } from "../info/proc.ts";
import type { Life } from "./child-life.ts";

/** What a Process tells of itself. */
export type Outward = Pick<ProcessInfo, "name" | "state" | "daemon" | "startMethod">;

/** The control block of a child: what the child itself tells, and what the operating system tells where it does not. */
export async function childInfo(child: Outward, life: Life | null): Promise<ProcessInfo> {
  const [own] = (await life?.ask()) ?? [];
  return own === undefined ? outerInfo(child, life) : { ...own, ...outwardly(child, life) };
}

/** The control blocks of a child and of everything below it. */
export async function childTree(child: Outward, life: Life): Promise<ProcessInfo[]> {
  const [own, ...below] = (await life.ask()) ?? [];
  return own === undefined ? [outerInfo(child, life)] : [{ ...own, ...outwardly(child, life) }, ...below];
}

// State and exit code are the parent's to tell: a child that answers is always running while it does.
function outwardly(child: Outward, life: Life | null): Pick<ProcessInfo, "state" | "exitCode"> {
  return { state: child.state, exitCode: life?.exitCode ?? null };
}

function outerInfo(child: Outward, life: Life | null): ProcessInfo {
  const pid = life?.child.pid ?? 0;
  const alive = life !== null && life.exitCode === null;
  const isThread = life !== null && life.child.threadId !== 0;
  const stat = alive && !(isThread && life.tid === null) ? threadStat(pid, life.tid) : null;
  return {
    pid,
    threadId: life?.child.threadId ?? 0,
    parentPid: process.pid,
    name: child.name,
    ...outwardly(child, life),
    startMethod: child.startMethod,
    daemon: child.daemon,
    cpuUserMs: stat?.cpuUserMs ?? null,
    cpuSystemMs: stat?.cpuSystemMs ?? null,
    heapUsedBytes: null,
    residentBytes: alive ? residentBytes(pid) : null,
    queuedItems: null,
    tasks: null,
    limits: null,
    startedAt: life?.startedAt ?? new Date(Number.NaN),
  };
}
