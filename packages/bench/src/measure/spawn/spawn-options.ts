import type { Ballast } from "../../base/spawn-result.ts";
import type { Progress } from "../progress.ts";

/** What to measure, and how long. */
export interface SpawnOptions {
  /** Ids of methods. Default: all. */
  readonly methods?: readonly string[];
  /** Children of each method. Default: 30. */
  readonly rounds?: number;
  /** For each ballast, in milliseconds. Default: 45 000. */
  readonly maxTimeMs?: number;
  /** Memory that this process holds while it starts children. Default: none. */
  readonly ballasts?: readonly Ballast[];
  /** Ids of the methods that are measured with ballast too. Default: all of `methods` whose cost depends on it. */
  readonly ballastMethods?: readonly string[];
  /**
   * Numbers of idle children, ascending. At each of them the memory of the process tree and the next child are
   * measured; then as many children as the last number are started at once. An empty list skips this. Default: 0, 1,
   * 2, 4, 8.
   */
  readonly alive?: readonly number[];
  /** How often children are started at once. Default: 3. */
  readonly bursts?: number;
  /** Kept with the result, for the reader. */
  readonly context?: Record<string, string>;
  /** Repeats the order of an earlier run. Default: drawn at random. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
