import { readFileSync } from "node:fs";
import type { ResourceLimits } from "node:worker_threads";

/** The smallest stack that a process keeps beyond that of V8, in MB: native code needs some. */
const nativeStackMb = 1;
/** The stack of a process in MB, where the system does not say it. */
const usualStackMb = 8;

/**
 * The options of V8 that limit the memory of a process.
 *
 * @param name the child, for errors.
 * @throws {TypeError} or {RangeError} for a limit that a process cannot have, with the reason.
 */
export function limitOptions(name: string, limits: ResourceLimits): string[] {
  const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb, codeRangeSizeMb, stackSizeMb } = limits;
  if (codeRangeSizeMb !== undefined) {
    throw new TypeError(
      `Cannot start ${name}: resourceLimits.codeRangeSizeMb is set, and V8 has no option for it; ` +
        'leave it out, or write startMethod: "thread"',
    );
  }
  const options: string[] = [];
  if (maxOldGenerationSizeMb !== undefined) options.push(`--max-old-space-size=${Math.ceil(maxOldGenerationSizeMb)}`);
  // V8 counts two semi-spaces, and a part for large objects of the size of one.
  if (maxYoungGenerationSizeMb !== undefined)
    options.push(`--max-semi-space-size=${Math.ceil(maxYoungGenerationSizeMb / 3)}`);
  if (stackSizeMb !== undefined) options.push(stackOption(name, stackSizeMb));
  return options;
}

function stackOption(name: string, stackSizeMb: number): string {
  const most = systemStackMb() - nativeStackMb;
  if (stackSizeMb > most) {
    throw new RangeError(
      `Cannot start ${name}: resourceLimits.stackSizeMb is ${stackSizeMb}, and the system's limit of the stack leaves ` +
        `${most} MB; write a smaller one, or raise the limit (ulimit -s)`,
    );
  }
  return `--stack-size=${Math.floor(stackSizeMb * 1024)}`;
}

function systemStackMb(): number {
  try {
    const [, soft] = /^Max stack size +(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft) / 2 ** 20 || usualStackMb;
  } catch {
    return usualStackMb;
  }
}
