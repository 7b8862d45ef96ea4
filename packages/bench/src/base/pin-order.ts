import { coreOf, type UsableCpus } from "./usable-cpus.ts";

/** Which CPUs workers are pinned to: a core each as long as there are cores, the CPUs in their order, or those listed. */
export type Pin = "cores" | "threads" | readonly number[];

/**
 * The CPUs in the order in which workers get them.
 *
 * With `cores`, the first thread of every core comes before any second one, as far as the system tells them apart.
 *
 * @param root where the file system begins; anything but `/` is for tests.
 * @throws {RangeError} when a listed CPU is not one that this process may use.
 */
export function pinOrder(pin: Pin, { affinity }: UsableCpus, root = "/"): number[] {
  if (pin === "threads") return [...affinity];
  if (pin !== "cores") {
    const strange = pin.find((cpu) => !affinity.includes(cpu));
    if (strange === undefined) return [...pin];
    throw new RangeError(
      `Cannot pin to CPU ${strange}: this process may use ${affinity.join(", ") || "none that is known"}`,
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
