import { loadavg } from "node:os";
import type { UsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";

/** Warnings about the machine and the process that hold before anything is measured. */
export function setupWarnings(cpus: UsableCpus, levels: readonly number[]): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, severity: Warning["severity"], text: string) => warnings.push({ code, severity, text });
  const beyond = levels.filter((level) => level > cpus.usable);
  if (beyond.length > 0) {
    warn(
      "oversubscribed",
      "note",
      `Levels ${beyond.join(", ")} have more workers than the ${cpus.usable} usable ${cpus.usable === 1 ? "CPU" : "CPUs"}: they show the cost of scheduling and are not fitted`,
    );
  }
  const [load = 0] = loadavg();
  if (load > cpus.usable) {
    warn(
      "busy-machine",
      "caution",
      `The load average was ${load.toFixed(1)} on ${cpus.usable} usable ${cpus.usable === 1 ? "CPU" : "CPUs"} when the run started: other programs were busy, so all times are longer and vary; repeat on an idle machine`,
    );
  }
  const quota = cpus.stated ?? cpus.quota;
  if (cpus.usable === 1 && !((quota ?? 1) > 1)) {
    warn(
      "one-cpu",
      "caution",
      "One usable CPU: no speed-up is possible; run on a machine with more CPUs, or lift the limit",
    );
  }
  if (quota !== undefined && quota % 1 !== 0 && quota < Math.max(cpus.affinity.length, Math.ceil(quota))) {
    warn(
      "fractional-quota",
      "caution",
      `The CPU budget is ${Number(quota.toFixed(2))}: levels above it are throttled, and ${cpus.usable} is counted as usable`,
    );
  }
  if (process.getBuiltinModule("node:inspector").url() !== undefined) {
    warn("inspector", "invalid", "An inspector is attached: it slows all isolates; run without --inspect");
  }
  if (process.env.NODE_V8_COVERAGE) {
    warn("coverage", "invalid", "Coverage is being collected: it slows all isolates; unset NODE_V8_COVERAGE");
  }
  return warnings;
}
