import { getAllStartMethods } from "@manyhands/process";
import { foreignMethods } from "./foreign-launcher.ts";
import type { SpawnMethod } from "./launcher.ts";
import { nodeMethods } from "./node-launcher.ts";
import { ownMethod, spareMethod } from "./own-launcher.ts";
import { warmMethod } from "./warm-launcher.ts";

/** Every way to make a child that can be compared, ours first; `fork` only in a program started with `manyhands run`. */
export function spawnMethods(): readonly SpawnMethod[] {
  const own = getAllStartMethods();
  const warm = own.filter((name) => name === "thread" || name === "spawn");
  return [...own.map(ownMethod), spareMethod, ...warm.map(warmMethod), ...nodeMethods, ...foreignMethods];
}
