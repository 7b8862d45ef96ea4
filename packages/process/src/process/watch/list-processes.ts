import type { ProcessInfo } from "../info/control-block.ts";
import { ownInfo } from "../info/own-info.ts";
import { watchTimes } from "../info/watch-times.ts";
import { childTree } from "../parent/child-info.ts";
import { children } from "../parent/process.ts";

/**
 * Lists this process and all processes below it, zombies included, each after its parent. A child that is too busy to
 * answer is listed without the figures that only it knows.
 *
 * @example
 * console.table(await ps());
 */
export function ps(): Promise<ProcessInfo[]> {
  return listProcesses();
}

/**
 * Lists the same processes.
 *
 * @param watchMs for so long from now on, in milliseconds, each adds up where its time goes. Default: not.
 */
export async function listProcesses(watchMs?: number): Promise<ProcessInfo[]> {
  if (watchMs !== undefined) watchTimes(watchMs);
  const below = await Promise.all(children.entries().map(({ process, child }) => childTree(process, child, watchMs)));
  return [ownInfo(), ...below.flat()];
}
