import type { Lane } from "../model/lane.ts";
import { type TimeRow, timeTable, type WaitRow, waitTable } from "../model/time-table.ts";
import { escapeMarkup } from "./markup.ts";

/** The columns of the table of times, with the class of their colour. */
const columns: readonly (readonly [key: keyof TimeRow, head: string, kind: string])[] = [
  ["ready", "ready", "ready"],
  ["computing", "computing", "computing"],
  ["gc", "GC", "gc"],
  ["locks", "locks", "lock"],
  ["queues", "queues", "queue"],
  ["messages", "messages", "message"],
  ["children", "children", "child"],
  ["idle", "idle", "idle"],
  ["zombie", "zombie", "zombie"],
];

const mostWaits = 40;

/** The tables of where the time of each process went, and of what all together waited for. */
export function timeSection(lanes: readonly Lane[]): string {
  const rows = timeTable(lanes);
  const shown = columns.filter(([key]) => rows.some((row) => (row[key] as number) > 0));
  const longest = Math.max(1, ...rows.map(({ life }) => life));
  const waits = waitTable(lanes);
  return [
    '<div class="scroll" tabindex="0"><table class="times"><caption>Each process, in milliseconds</caption><thead><tr><th>process</th><th class="bar">share</th>',
    ...shown.map(([, head, kind]) => `<th><i class="key ${kind}"></i>${head}</th>`),
    '<th title="Processor time, in user and kernel mode">CPU</th><th title="Ready to run, and no processor was free">no processor</th></tr></thead><tbody>',
    ...rows.map((row) => timeRow(row, shown, longest)),
    "</tbody></table></div>",
    waits.length === 0 ? "" : waitRows(waits),
  ].join("\n");
}

/** Where the time of all processes went, in one sentence. */
export function leadOf(lanes: readonly Lane[]): string {
  const rows = timeTable(lanes);
  const sum = (key: keyof TimeRow) => rows.reduce((total, row) => total + ((row[key] as number | null) ?? 0), 0);
  const life = Math.max(1, sum("life"));
  const share = (key: keyof TimeRow) => Math.round((sum(key) / life) * 100);
  const [worst] = waitTable(lanes).filter(({ kind }) => kind === "lock" || kind === "queue");
  const waited =
    worst === undefined
      ? ""
      : ` The longest wait by name is for ${worst.name}: ${milliseconds(worst.total)} ms in all.`;
  const parts = activities
    .map(([words, ...keys]) => ({ words, percent: keys.reduce((total, key) => total + share(key), 0) }))
    .filter(({ percent }) => percent > 0)
    .sort((one, other) => other.percent - one.percent)
    .map(({ words, percent }) => `${percent} % ${words}`);
  const last = parts.pop() ?? "";
  const spent = parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
  return `Of their lives, the processes spend ${spent}.${waited}`;
}

/** What the processes do, in words, and the columns that it is the sum of. */
const activities: readonly (readonly [words: string, ...keys: (keyof TimeRow)[]])[] = [
  ["computing", "computing", "gc"],
  ["waiting for locks", "locks"],
  ["waiting for queues", "queues"],
  ["waiting for messages", "messages"],
  ["waiting for children", "children"],
  ["idle", "idle"],
  ["starting", "ready"],
  ["as zombies", "zombie"],
];

function timeRow(row: TimeRow, shown: typeof columns, longest: number): string {
  const cells = shown.map(([key]) =>
    row[key] === 0 ? '<td class="zero">0</td>' : `<td>${milliseconds(row[key] as number)}</td>`,
  );
  let x = 0;
  const parts = columns.map(([key, head, kind]) => {
    const width = ((row[key] as number) / longest) * 100;
    const part = `<rect class="${kind}" x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="10"><title>${head} ${milliseconds(row[key] as number)} ms</title></rect>`;
    x += width;
    return width === 0 ? "" : part;
  });
  const bar = `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${parts.join("")}</svg>`;
  return `<tr><th scope="row">${escapeMarkup(row.name)}</th><td class="bar">${bar}</td>${cells.join("")}<td>${optional(row.cpu)}</td><td>${optional(row.noProcessor)}</td></tr>`;
}

function waitRows(waits: readonly WaitRow[]): string {
  const shown = waits.slice(0, mostWaits);
  const more = waits.length > shown.length ? `<p class="faint">and ${waits.length - shown.length} more</p>` : "";
  return [
    '<div class="scroll" tabindex="0"><table class="waits"><caption>What all together waited for</caption><thead><tr><th>name</th><th class="words">kind</th><th>waits</th><th>total ms</th><th>longest ms</th></tr></thead><tbody>',
    ...shown.map(
      ({ kind, name, count, total, longest }) =>
        `<tr><th scope="row"><i class="key ${kind}"></i>${escapeMarkup(name)}</th><td class="words">${kind}</td><td>${count}</td><td>${milliseconds(total)}</td><td>${milliseconds(longest)}</td></tr>`,
    ),
    `</tbody></table></div>${more}`,
  ].join("\n");
}

function optional(microseconds: number | null): string {
  return microseconds === null ? "–" : milliseconds(microseconds);
}

function milliseconds(microseconds: number): string {
  if (microseconds === 0) return "0";
  const ms = microseconds / 1000;
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(ms < 100 ? 1 : 0);
}
