import { describeEnvironment } from "../../base/environment.ts";
import { seededRandom } from "../../base/random.ts";
import { schemaVersion } from "../../base/schema-version.ts";
import type { Ballast, ParentMemory, SpawnResult, SpawnRow } from "../../base/spawn-result.ts";
import { tool } from "../../base/tool.ts";
import { detectUsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";
import { startWarnings } from "../../model/noise-warning.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import { setupWarnings } from "../machine/setup-warning.ts";
import { BallastRun } from "./ballast-run.ts";
import type { Launcher } from "./launcher.ts";
import { launchers } from "./launchers.ts";
import { parentMemory } from "./process-memory.ts";
import type { SpawnOptions } from "./spawn-options.ts";

const nothing: Ballast = { kind: "buffer", bytes: 0 };

/**
 * Measures the cost of a child by every method: how long the caller is blocked, when the child runs, answers and has
 * ended, and how much memory it takes.
 *
 * Each round starts one child by each method, one after the other, in random order.
 *
 * @throws {RangeError} when a method's id is unknown; the message lists the known ids.
 */
export async function measureSpawn(options: SpawnOptions = {}): Promise<SpawnResult> {
  const { rounds = 30, maxTimeMs = 45_000, ballasts = [nothing], seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const chosen = chooseLaunchers(options.methods);
  const cpus = detectUsableCpus();
  const startedAt = new Date();
  const originNs = monotonicNs();
  const rows: SpawnRow[] = [];
  const parents: ParentMemory[] = [];
  const random = seededRandom(seed);
  const warnings = setupWarnings(cpus, []);
  let stoppedBy: SpawnResult["design"]["stoppedBy"] = "rounds";
  const launchersOf = (ballast: Ballast) =>
    chosen.filter(
      ({ id, dependsOnBallast }) =>
        ballast.bytes === 0 || (dependsOnBallast && (options.ballastMethods?.includes(id) ?? true)),
    );
  for (const [at, ballast] of ballasts.entries()) {
    const held = [allocateBallast(ballast)];
    parents.push(...[parentMemory(ballast)].filter((memory) => memory !== undefined));
    const later = ballasts.slice(at + 1).map(launchersOf);
    const run = new BallastRun(ballast, launchersOf(ballast), options, { originNs, later });
    stoppedBy = await run.measure({ rounds, maxTimeNs: maxTimeMs * 1e6, random });
    rows.push(...(await run.close()));
    // Keeps the ballast reachable until here, so that the garbage collector does not free it during the run.
    held.length = 0;
  }
  if (options.signal?.aborted) stoppedBy = "interrupted";
  return {
    schemaVersion,
    kind: "spawn",
    tool,
    startedAt: startedAt.toISOString(),
    durationNs: monotonicNs() - originNs,
    context: describeEnvironment(cpus, options.context),
    design: { seed, rounds, stoppedBy },
    rows,
    parents,
    warnings: [...warnings, ...failureWarnings(rows), ...startWarnings(rows)],
  };
}

/**
 * Allocates memory in this process and touches every page of it. The memory lives as long as the returned value.
 *
 * The kinds differ in what a fork copies: V8 excludes its heap from forked children, and does not exclude buffers.
 */
function allocateBallast({ kind, bytes }: Ballast): unknown {
  if (bytes === 0) return undefined;
  if (kind === "heap") return Array.from({ length: Math.ceil(bytes / 2 ** 20) }, () => new Array(2 ** 17).fill(0.5));
  return new Uint8Array(kind === "sab" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)).fill(1);
}

function chooseLaunchers(ids: readonly string[] | undefined): readonly Launcher[] {
  const all = launchers();
  return (ids ?? all.map((launcher) => launcher.id)).map((id) => {
    const launcher = all.find((candidate) => candidate.id === id);
    if (launcher !== undefined) return launcher;
    throw new RangeError(
      `Cannot measure "${id}": no such method; there are ${all.map((other) => other.id).join(", ")}`,
    );
  });
}

/** Warnings about methods that are unavailable, and about methods that failed after some rounds. */
function failureWarnings(rows: readonly SpawnRow[]): Warning[] {
  return rows.flatMap(({ method, starts, unavailable }): Warning[] => {
    if (unavailable === undefined) return [];
    if (starts.length === 0)
      return [{ code: "unavailable", severity: "note", subject: method, text: `Not available: ${unavailable}` }];
    const text = `Cannot measure all rounds: ${unavailable}; the earlier rounds are kept`;
    return [{ code: "failed", severity: "invalid", subject: method, text }];
  });
}
