import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Examination } from "../../base/examination.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import { percent } from "../data/format-number.ts";
import { paint, type Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";

/** One check of the machine: what was found, and what it means for a measurement. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly meaning: string;
  readonly grave: boolean;
}

/** The findings of an examination. */
export function findingsOf(examination: Examination): Finding[] {
  const { environment, timer, noise, waiting = 0, steal, pressure = 0, threadsPerCore } = examination;
  const { cpus } = environment;
  const point = (what: string, found: string, grave: boolean, bad: string, good: string): Finding => ({
    what,
    found,
    grave,
    meaning: grave ? bad : good,
  });
  const fraction = cpus.quota !== undefined && cpus.quota % 1 !== 0;
  return [
    point(
      "usable CPUs",
      describeUsableCpus(cpus),
      cpus.usable === 1,
      (cpus.quota ?? 1) > 1 ? "less than one more core is available" : "no speed-up is possible here",
      "levels up to this count for scaling",
    ),
    point(
      "quota",
      cpus.quota === undefined ? "none" : `${cpus.quota} CPUs`,
      fraction,
      "levels above it are throttled, and part of a CPU stays idle",
      "does not disturb",
    ),
    point(
      "threads a core",
      `${threadsPerCore}${cpus.virtual ? ", as reported to the guest" : ""}`,
      threadsPerCore > 1,
      "two threads share a core's units: expect less than the ideal beyond the cores",
      cpus.virtual
        ? "may be wrong in a virtual machine: rely on the native ceiling instead"
        : "every CPU is a core of its own",
    ),
    point(
      "governor",
      environment.governor,
      environment.governor === "powersave",
      "the clock may rise late: set performance",
      "does not disturb",
    ),
    point(
      "clock source",
      environment.clocksource,
      /hpet|acpi_pm/.test(environment.clocksource),
      "reading the time is slow",
      "fast to read",
    ),
    point(
      "timer",
      `${formatDuration(timer.minNs)} least, ${formatDuration(timer.medianNs)} median`,
      timer.medianNs > 10_000,
      "too coarse for cells below a second",
      "fine for cells of a millisecond and more",
    ),
    point(
      "steal",
      percent(steal),
      steal > 0.01,
      "the hypervisor gives these CPUs to other guests: repeat later",
      "the hypervisor takes no time",
    ),
    point(
      "waiting",
      percent(waiting),
      waiting > 0.02,
      "other programs use these CPUs now: end them or wait",
      "the CPUs are free",
    ),
    point(
      "pressure",
      percent(pressure),
      pressure > 0.1,
      "tasks have been waiting for CPUs in the last ten seconds",
      "no task waits for a CPU",
    ),
    point(
      "noise",
      percent(noise),
      noise > 0.03,
      `changes below ${percent(2 * noise)} are not detectable in one round: use more rounds, or a quieter machine`,
      "a few rounds are enough",
    ),
    point("memory", formatBytes(environment.memoryBytes), false, "", "for ballasts and the memory ceiling"),
    point(
      "Node",
      `${environment.node}, V8 ${environment.v8}, libuv ${environment.uv}`,
      environment.execArgv.length > 0,
      `flags ${environment.execArgv.join(" ")} are inherited by children`,
      "no flags",
    ),
  ];
}

/** The findings for a terminal. */
export function doctorText(examination: Examination, style: Style): string {
  const findings = findingsOf(examination);
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(({ what, found, meaning, grave }) => {
    const sign = grave ? paint(style, "yellow", "!") : paint(style, "green", style.unicode ? "✓" : "-");
    return `${sign} ${what.padEnd(width)}  ${found}: ${meaning}`;
  });
  return terminalText([environmentTitle(examination), "", ...lines], style);
}

function environmentTitle({ environment }: Examination): string {
  return `${environment.cpuModel} · ${environment.platform} ${environment.kernel} · ${environment.machineId}`;
}
