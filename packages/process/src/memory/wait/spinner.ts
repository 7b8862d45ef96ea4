const mostSpins = 4096;
const fewestSpins = 512;
const probeEvery = 16;

/**
 * The longest spin, in milliseconds: about what it takes to fall asleep and to be woken. Code that is not compiled yet
 * would take many times as long for so many retries, and V8 would compile it for nothing else than waiting.
 */
const longestSpinMs = 0.04;
/** How many retries come between two looks at the clock. */
const spinsPerLook = 16;

let isAlone: boolean | undefined;

/** Whether this process has one processor: the thread that it waits for does not run while it spins. */
function hasOneProcessor(): boolean {
  isAlone ??= process.getBuiltinModule("node:os").availableParallelism() === 1;
  return isAlone;
}

/** Retries for a few microseconds before a thread falls asleep, which takes longer. */
export class Spinner {
  #spins = mostSpins;
  #waits = 0;

  /**
   * Retries an attempt. The number of retries shrinks while they fail. With one processor there is one attempt.
   *
   * @param maySucceed a cheap question that is asked before each further attempt. V8 optimises all code that runs in
   *   such a loop, which takes each new process longer than the wait.
   * @returns whether the attempt succeeded.
   */
  spin(attempt: () => boolean, maySucceed: () => boolean): boolean {
    if (attempt()) return true;
    if (hasOneProcessor()) return false;
    // Tries the full number from time to time: the other side may have become fast again.
    const spins = ++this.#waits % probeEvery === 0 ? mostSpins : this.#spins;
    const deadline = performance.now() + longestSpinMs;
    for (let spin = 1; spin < spins; spin++) {
      if (maySucceed() && attempt()) {
        this.#spins = Math.min(mostSpins, spins * 2);
        return true;
      }
      if (spin % spinsPerLook === 0 && performance.now() > deadline) break;
    }
    this.#spins = Math.max(fewestSpins, this.#spins >> 1);
    return false;
  }
}
