import type { Arrow } from "../model/arrows.ts";
import type { Lane, Stretch } from "../model/lane.ts";
import type { Trace } from "../model/trace.ts";

/** The kinds of stretches, in the order of the legend. A page stores a kind as its index. */
export const stretchKinds = [
  "new",
  "ready",
  "computing",
  "gc",
  "lock",
  "queue",
  "message",
  "child",
  "idle",
  "zombie",
] as const;

/** What a page draws of a trace. Numbers are flat lists: a page of many stretches stays small. */
export interface PageData {
  readonly end: number;
  readonly lanes: readonly PageLane[];
  /** Names of what is waited for, of tasks and of arrows. */
  readonly texts: readonly string[];
  /** Six numbers each: the kind, the lane and the time of the cause, those of the effect, the text. */
  readonly arrows: readonly number[];
  /** How many stretches and arrows were left out, the shortest first. */
  readonly left: { readonly stretches: number; readonly arrows: number };
}

export interface PageLane {
  readonly name: string;
  readonly about: string;
  /** How deep it is in the process tree. */
  readonly depth: number;
  /** Four numbers each: begin, end, the index of the kind, the text. */
  readonly stretches: readonly number[];
  /** Four numbers each: begin, end, the text, the items. */
  readonly tasks: readonly number[];
}

/** The kinds of arrows, in the order of the legend. */
export const arrowKinds = ["start", "join", "task", "result", "queue", "lock", "message"] as const;

/** A page has at most so many of each, so that a browser draws it without delay. */
const mostStretches = 60_000;
const mostArrows = 20_000;

/** Reduces a trace to what a page draws. */
export function pageData({ end, lanes, arrows }: Trace): PageData {
  const texts: string[] = [];
  const indexes = new Map<string, number>();
  const textOf = (text: string) => {
    const known = indexes.get(text);
    if (known !== undefined) return known;
    indexes.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const at = new Map(lanes.map(({ id }, index) => [id, index]));
  const all = lanes.reduce((sum, { stretches }) => sum + stretches.length, 0);
  const shortest = shortestKept(lanes, all);
  const kept = (stretch: Stretch) => stretch.end - stretch.begin >= shortest;
  const shown = longestArrows(arrows);
  const drawn = lanes.map((lane) => laneData(lane, lane.stretches.filter(kept), textOf));
  return {
    end,
    lanes: drawn,
    texts,
    arrows: shown.flatMap(({ kind, from, to, sentAt, receivedAt, label }) => [
      arrowKinds.indexOf(kind),
      at.get(from) ?? 0,
      tenth(sentAt),
      at.get(to) ?? 0,
      tenth(receivedAt),
      textOf(label),
    ]),
    left: {
      stretches: all - drawn.reduce((sum, { stretches }) => sum + stretches.length / 4, 0),
      arrows: arrows.length - shown.length,
    },
  };
}

function laneData(lane: Lane, stretches: readonly Stretch[], textOf: (text: string) => number): PageLane {
  return {
    name: lane.name,
    about: aboutLane(lane),
    depth: lane.id.split(".").length - 1,
    stretches: stretches.flatMap(({ begin, end, state, activity, subject }) => [
      tenth(begin),
      tenth(end),
      stretchKinds.indexOf(kindOf({ state, activity })),
      textOf(subject),
    ]),
    tasks: lane.tasks.flatMap(({ begin, end, name, items }) => [tenth(begin), tenth(end), textOf(name), items]),
  };
}

/** A process in one line. */
export function aboutLane({ pid, threadId, startMethod, exitCode }: Lane): string {
  const what = threadId === 0 ? `process ${pid}` : `thread ${threadId} of process ${pid}`;
  return `${what}${startMethod === null ? "" : `, by ${startMethod}`}, exit code ${exitCode ?? "not known"}`;
}

/** The kind of a stretch. */
export function kindOf({ state, activity }: Pick<Stretch, "state" | "activity">): (typeof stretchKinds)[number] {
  return activity ?? (state === "ready" || state === "zombie" ? state : "new");
}

/** The arrows that are drawn: those of the life of processes before others, and long ones before short ones. */
function longestArrows(arrows: readonly Arrow[]): readonly Arrow[] {
  if (arrows.length <= mostArrows) return arrows;
  const rank = ({ kind }: Arrow) => (kind === "start" || kind === "join" ? 0 : 1);
  const duration = ({ sentAt, receivedAt }: Arrow) => receivedAt - sentAt;
  const sorted = [...arrows].sort((a, b) => rank(a) - rank(b) || duration(b) - duration(a));
  const kept = new Set(sorted.slice(0, mostArrows));
  return arrows.filter((arrow) => kept.has(arrow));
}

function shortestKept(lanes: readonly Lane[], all: number): number {
  if (all <= mostStretches) return 0;
  const durations = lanes.flatMap(({ stretches }) => stretches.map(({ begin, end }) => end - begin));
  durations.sort((a, b) => b - a);
  return durations[mostStretches] as number;
}

function tenth(time: number): number {
  return Math.round(time * 10) / 10;
}
