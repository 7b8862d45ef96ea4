import type { KernelResult, Loss } from "../base/scaling-result.ts";
import { factor, percent, range } from "./number.ts";

/** The parts of the loss in the order in which they are drawn, each with its name; the useful part is not among them. */
export function lossParts(loss: Loss): { readonly key: keyof Loss; readonly name: string; readonly share: number }[] {
  const names = [
    ["inflation", "more CPU time"],
    ["waiting", "waiting for a CPU"],
    ["steal", "the hypervisor"],
    ["throttled", "the CPU quota"],
    ["other", "held up"],
    ["balance", "uneven load"],
    ["dispatch", "dispatch"],
  ] as const;
  return names.map(([key, name]) => ({ key, name, share: loss[key] }));
}

/** What the run says about Amdahl's law. */
export function amdahlWords(amdahl: KernelResult["amdahl"]): string {
  if (amdahl === undefined) return "Amdahl: not identified, it needs three levels within the usable CPUs";
  const { serialShare, limit } = amdahl;
  const most = Number.isFinite(limit) ? factor(limit) : "none";
  return `Amdahl: serial share ${percent(serialShare.value)} (${range(serialShare, percent)}), limit ${most}`;
}

/** What the run says about the Universal Scalability Law. */
export function uslWords({ alpha, beta, peak }: NonNullable<KernelResult["usl"]>): string {
  const contention = `USL: contention ${percent(alpha.value)} (${range(alpha, percent)})`;
  if (!(beta.low > 0)) return `${contention}, no coherency term detectable`;
  const small = (value: number) => value.toExponential(1);
  const turn = peak === undefined ? "peak beyond the data" : `peak at ${Math.round(peak)} workers`;
  return `${contention}, coherency ${small(beta.value)} (${range(beta, small)}), ${turn}`;
}
