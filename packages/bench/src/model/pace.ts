import type { Ratio } from "../base/interval.ts";
import type { MessageResult } from "../base/message-result.ts";
import type { SpawnResult } from "../base/spawn-result.ts";
import { pairedRatio } from "./ratio.ts";
import { under } from "./timed-series.ts";

/** How fast something is against another thing of the same run, so that it means about the same on another machine. */
export interface Pace {
  readonly name: string;
  /** Their time over its own: 2 is twice as fast. */
  readonly value: Ratio;
}

/** What can be told apart from others in a run: a child or a message by one way, and its times by the round. */
interface Runner {
  readonly name: string;
  readonly byNode: boolean;
  readonly times: ReadonlyMap<number, number>;
}

/**
 * Every way against the first one of Node's in the same rounds: children from the call until they are gone, and the
 * smallest message of each shape. Empty where none of Node's ways was measured.
 */
export function pacesOf(result: SpawnResult | MessageResult): Pace[] {
  return result.kind === "spawn" ? spawnPaces(result) : messagePaces(result);
}

function spawnPaces({ rows }: SpawnResult): Pace[] {
  const ballasts = new Map(rows.map(({ ballast }) => [under(ballast), ballast]));
  return [...ballasts.keys()].flatMap((key) => {
    const own = rows.filter((row) => under(row.ballast) === key);
    const runners = own.map(({ method, family, births }) => ({
      name: method,
      byNode: family === "node",
      times: new Map(births.map(({ round, goneNs }) => [round, goneNs])),
    }));
    return race(runners, key);
  });
}

function messagePaces({ cells, transports, design }: MessageResult): Pace[] {
  const nodes = new Set(transports.flatMap(({ id, family }) => (family === "node" ? [id] : [])));
  const least = Math.min(...design.sizes);
  return design.shapes.flatMap((shape) => {
    const own = cells.filter((cell) => cell.shape === shape && cell.bytes === least);
    const runners = own.map(({ transport, samples }) => ({
      name: transport,
      byNode: nodes.has(transport),
      times: new Map(samples.map(({ round, wayNs }) => [round, wayNs])),
    }));
    return race(runners, `, ${shape}`);
  });
}

/** Each runner against the first of Node's, over the rounds that both ran. */
function race(runners: readonly Runner[], what: string): Pace[] {
  const measured = runners.filter(({ times }) => times.size > 0);
  const base = measured.find(({ byNode }) => byNode);
  return measured.flatMap((runner) => {
    const rounds = [...runner.times.keys()].filter((round) => base?.times.has(round));
    if (base === undefined || runner === base || rounds.length === 0) return [];
    const timesOf = ({ times }: Runner) => rounds.map((round) => times.get(round) as number);
    const value = pairedRatio(timesOf(base), timesOf(runner));
    return [{ name: `${runner.name}${what}, times as fast as ${base.name}`, value }];
  });
}
