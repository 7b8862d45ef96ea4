import type { Ratio } from "../base/interval.ts";
import type { MessageResult } from "../base/message-result.ts";
import type { SpawnResult } from "../base/spawn-result.ts";
import { pairedRatio } from "./statistic/ratio.ts";
import { ballastSuffix } from "./timed-series.ts";

/** A speed relative to another one of the same run, which is comparable between machines. */
export interface RelativeSpeed {
  readonly name: string;
  /** The reference's time divided by its own: 2 is twice as fast. */
  readonly value: Ratio;
}

/** A method or transport, with its times by round. */
interface RoundTimes {
  readonly name: string;
  readonly byNode: boolean;
  readonly times: ReadonlyMap<number, number>;
}

/**
 * The speed of every method or transport relative to the first one of Node's, in the same rounds. Compared are the
 * time of a child from the call to its end, and the time of the smallest message of each shape. Empty when none of
 * Node's was measured.
 */
export function relativeSpeedsOf(result: SpawnResult | MessageResult): RelativeSpeed[] {
  return result.kind === "spawn" ? spawnSpeeds(result) : messageSpeeds(result);
}

function spawnSpeeds({ rows }: SpawnResult): RelativeSpeed[] {
  const ballasts = new Map(rows.map(({ ballast }) => [ballastSuffix(ballast), ballast]));
  return [...ballasts.keys()].flatMap((key) => {
    const own = rows.filter((row) => ballastSuffix(row.ballast) === key);
    const all = own.map(({ method, family, starts }) => ({
      name: method,
      byNode: family === "node",
      times: new Map(starts.map(({ round, goneNs }) => [round, goneNs])),
    }));
    return relativeToNode(all, key);
  });
}

function messageSpeeds({ cells, transports, design }: MessageResult): RelativeSpeed[] {
  const nodes = new Set(transports.flatMap(({ id, family }) => (family === "node" ? [id] : [])));
  const least = Math.min(...design.sizes);
  return design.shapes.flatMap((shape) => {
    const own = cells.filter((cell) => cell.shape === shape && cell.bytes === least);
    const all = own.map(({ transport, samples }) => ({
      name: transport,
      byNode: nodes.has(transport),
      times: new Map(samples.map(({ round, wayNs }) => [round, wayNs])),
    }));
    return relativeToNode(all, `, ${shape}`);
  });
}

/** Each one relative to the first one of Node's, over the rounds that contain both. */
function relativeToNode(all: readonly RoundTimes[], suffix: string): RelativeSpeed[] {
  const measured = all.filter(({ times }) => times.size > 0);
  const base = measured.find(({ byNode }) => byNode);
  return measured.flatMap((one) => {
    const rounds = [...one.times.keys()].filter((round) => base?.times.has(round));
    if (base === undefined || one === base || rounds.length === 0) return [];
    const timesOf = ({ times }: RoundTimes) => rounds.map((round) => times.get(round) as number);
    const value = pairedRatio(timesOf(base), timesOf(one));
    return [{ name: `${one.name}${suffix}, times as fast as ${base.name}`, value }];
  });
}
