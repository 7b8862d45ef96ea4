import type { ProcessInfo } from "../info/control-block.ts";
import { ownInfo } from "../info/own-info.ts";
import { childTree } from "../parent/child-info.ts";
import { children } from "../parent/process.ts";

/**
 * Lists this process and all processes below it, zombies included, each after its parent. A child that is too busy to
 * answer is listed without the figures that only it knows.
 *
 * @example
 * console.table(await ps());
 */
export async function ps(): Promise<ProcessInfo[]> {
  const below = await Promise.all(children.entries().map(({ process, child }) => childTree(process, child)));
  return [ownInfo(), ...below.flat()];
}
