import { getAllStartMethods } from "@manyhands/process";
import { foreignMethods } from "./foreign-method.ts";
import { nodeMethods } from "./node-method.ts";
import { ownMethod } from "./own-method.ts";
import type { SpawnMethod } from "./spawn-method.ts";

/** Every way to make a child that can be compared, ours first. */
export function spawnMethods(): readonly SpawnMethod[] {
  return [...getAllStartMethods().map(ownMethod), ...nodeMethods, ...foreignMethods];
}
