/**
 * Parses a list of CPUs as Linux writes it, as in `0-3,8`.
 *
 * @returns the numbers, ascending; empty for an empty list.
 */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const range of text.trim().split(",")) {
    if (range === "") continue;
    const [first, last = first] = range.split("-").map(Number);
    for (let cpu = first as number; cpu <= (last as number); cpu++) cpus.push(cpu);
  }
  return cpus;
}

/** Formats a list of CPUs as Linux does: `0-3,8`. */
export function formatCpuList(cpus: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < cpus.length; ) {
    let end = at;
    while (cpus[end + 1] === (cpus[end] as number) + 1) end++;
    ranges.push(end === at ? `${cpus[at]}` : `${cpus[at]}-${cpus[end]}`);
    at = end + 1;
  }
  return ranges.join(",");
}
