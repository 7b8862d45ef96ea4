import { type Pool, WorkerDiedError } from "@manyhands/process";
import type { Random } from "../../../process/test/chaos/random.js";

const target = (name: string) => ({ module: new URL("../fixture/chaos-task.js", import.meta.url), name }) as never;
/** Long enough to be stored by its content. */
const largeBytes = 1_200_000;

type Method = "apply" | "starmap" | "imap" | "imapUnordered";

interface Item {
  readonly id: number;
  readonly does: "returns" | "throws" | "exits";
  readonly ms: number;
}

/** A call, as a seed decides it. */
export interface CallPlan {
  readonly method: Method;
  readonly items: readonly Item[];
  readonly isLarge: boolean;
  readonly chunkSize: number | undefined;
  readonly attempts: number;
  readonly speculates: boolean;
  readonly cancelMs: number | undefined;
}

/** What became of a call: its values in the order in which they came, and its error. */
export interface Outcome {
  readonly plan: CallPlan;
  readonly values: readonly unknown[];
  readonly error: unknown;
}

const cancelled = new Error("it was cancelled");

/** @param firstId the id of the first item; no other call has ids from here on. */
export function planCall(random: Random, firstId: number): CallPlan {
  const method = random.pick(["apply", "starmap", "starmap", "imap", "imapUnordered"] as const);
  const isLarge = random.once(6);
  const length = method === "apply" ? 1 : 1 + random.below(isLarge ? 6 : 40);
  const oddity = random.once(5) ? random.pick(["throws", "exits"] as const) : undefined;
  const odd = random.below(length);
  const attempts = random.pick([1, 1, 2, 3]);
  return {
    method,
    items: Array.from({ length }, (_, i) => ({
      id: firstId + i,
      does: oddity !== undefined && i === odd ? oddity : "returns",
      ms: random.once(8) ? 200 + random.below(800) : random.below(20),
    })),
    isLarge,
    chunkSize: method === "apply" ? undefined : random.pick([undefined, 1, 3]),
    attempts,
    speculates: method === "starmap" && attempts > 1 && random.once(2),
    cancelMs: random.once(6) ? random.below(1500) : undefined,
  };
}

/** Makes the call. Resolves when it has settled. */
export async function makeCall(pool: Pool, file: string, plan: CallPlan): Promise<Outcome> {
  const { method, items, isLarge, chunkSize, attempts, speculates, cancelMs } = plan;
  const bytes = isLarge ? new Uint8Array(largeBytes) : undefined;
  const args = items.map(({ id, does, ms }) => [file, id, does, ms, bytes] as never);
  const abort = new AbortController();
  const options = { signal: abort.signal, retry: { attempts }, ...(chunkSize !== undefined && { chunkSize }) };
  const timer = cancelMs === undefined ? undefined : setTimeout(() => abort.abort(cancelled), cancelMs);
  const values: unknown[] = [];
  const run = async () => {
    if (method === "apply") values.push(await pool.apply(target("work"), args[0] as never, options));
    else if (method === "starmap") {
      values.push(
        ...(await pool.starmap(target("work"), args, { ...options, ...(speculates && { speculate: true }) })),
      );
    } else for await (const value of pool[method](target("workOn"), args, options as never)) values.push(value);
  };
  const error = await run().then(
    () => undefined,
    (reason) => reason ?? new Error("it rejected without a reason"),
  );
  clearTimeout(timer);
  return { plan, values, error };
}

/**
 * @param runs how often each id has run.
 * @param mayLose whether machines, messages or the server were lost.
 * @returns what is wrong with an outcome; `undefined` for nothing.
 */
export function faultOf({ plan, values, error }: Outcome, runs: ReadonlyMap<number, number>, mayLose: boolean) {
  const { method, items, isLarge, attempts, speculates, cancelMs } = plan;
  const expected = items.map(({ id }) => 2 * id + (isLarge ? largeBytes : 0));
  const has = (does: Item["does"]) => items.some((item) => item.does === does);
  const tooOften = speculates ? undefined : items.find(({ id }) => (runs.get(id) ?? 0) > attempts);
  if (tooOften !== undefined) return `item ${tooOften.id} ran ${runs.get(tooOften.id)} times in ${attempts} attempts`;
  const got = method === "imapUnordered" ? [...values].sort((a, b) => Number(a) - Number(b)) : values;
  if (error === undefined) {
    if (has("throws") || has("exits")) return "it succeeded although an item fails";
    if (JSON.stringify(got) !== JSON.stringify(expected)) return `its values are ${JSON.stringify(values)}`;
    const missing = items.find(({ id }) => !runs.has(id));
    return missing && `item ${missing.id} has a value and did not run`;
  }
  if (method !== "imapUnordered" && JSON.stringify(got) !== JSON.stringify(expected.slice(0, got.length))) {
    return `its first values are ${JSON.stringify(values)}`;
  }
  if (error === cancelled) return cancelMs === undefined ? "it was cancelled by itself" : undefined;
  if (error instanceof WorkerDiedError && (has("exits") || mayLose)) return undefined;
  if ((error as { code?: string }).code === "E_CHAOS" && has("throws")) return undefined;
  return `it failed: ${(error as Error).stack}`;
}
