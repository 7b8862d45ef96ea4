import { coreOf, type UsableCpus } from "./usable-cpus.ts";

/** Which CPUs workers are pinned to: one of each core first, all in numeric order, or the listed ones. */
export type Pin = "cores" | "threads" | readonly number[];

/**
 * The CPUs in the order in which they are assigned to workers.
 *
 * With `cores`, the first thread of every core precedes all second threads, as far as the system reports cores.
 *
 * @param root the root folder of the file system; another one than `/` is for tests.
 * @throws {RangeError} when this process may not use a listed CPU.
 */
export function pinOrder(pin: Pin, { affinity }: UsableCpus, root = "/"): number[] {
  if (pin === "threads") return [...affinity];
  if (pin !== "cores") {
    const forbidden = pin.find((cpu) => !affinity.includes(cpu));
    if (forbidden === undefined) return [...pin];
    throw new RangeError(
      `Cannot pin to CPU ${forbidden}: this process may use ${affinity.join(", ") || "no CPU that the system reports"}`,
    );
  }
  const taken = new Map<string, number>();
  const ranks = new Map(
    affinity.map((cpu) => {
      const core = coreOf(cpu, root) ?? String(cpu);
      const rank = taken.get(core) ?? 0;
      taken.set(core, rank + 1);
      return [cpu, rank];
    }),
  );
  return [...affinity].sort((one, two) => (ranks.get(one) as number) - (ranks.get(two) as number) || one - two);
}
