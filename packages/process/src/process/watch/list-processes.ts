import type { ProcessInfo } from "../info/control-block.ts";
import { ownInfo } from "../info/own-info.ts";
import { childTree } from "../parent/child-info.ts";
import { children } from "../parent/process.ts";

/**
 * Lists this process and everything below it: children, their children, zombies too, each after its parent. A child that is
 * too busy to answer is listed without what only it could tell.
 *
 * @example
 * console.table(await ps());
 */
export async function ps(): Promise<ProcessInfo[]> {
  const below = await Promise.all(children.entries().map(({ process, life }) => childTree(process, life)));
  return [ownInfo(), ...below.flat()];
}
