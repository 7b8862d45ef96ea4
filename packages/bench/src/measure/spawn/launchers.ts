import { getAllStartMethods } from "@manyhands/process";
import { foreignLaunchers } from "./foreign-launcher.ts";
import type { Launcher } from "./launcher.ts";
import { nodeLaunchers } from "./node-launcher.ts";
import { ownLauncher, spareWorkerLauncher } from "./own-launcher.ts";
import { warmPoolLauncher } from "./warm-pool-launcher.ts";

/**
 * Every launcher that can be measured, those of @manyhands/process first. `fork` is included only in a program that
 * was started by `manyhands run`.
 */
export function launchers(): readonly Launcher[] {
  const own = getAllStartMethods();
  const warm = own.filter((name) => name === "thread" || name === "spawn");
  return [
    ...own.map(ownLauncher),
    spareWorkerLauncher,
    ...warm.map(warmPoolLauncher),
    ...nodeLaunchers,
    ...foreignLaunchers,
  ];
}
