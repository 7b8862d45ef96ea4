/** How many calls a trial of each way takes, and how many of them come before it counts. */
const trialCalls = 32;
const warmUpCalls = 8;
/** How many calls are made in the better way before both are tried again. */
const settledCalls = 1024;
/** A call that takes longer, in milliseconds, counts as this long: it is the object's affair. */
const longestMs = 0.1;
/** Which share of the other way's time lingering must stay below to be worth a processor's. */
const worthwhile = 0.8;

/**
 * Whether to linger for answers, or to leave that to the event loop. Where a processor is free for either side, lingering takes a third of the
 * time; where one is not, each keeps the other from running. Nobody can know that beforehand, so both are tried and timed.
 */
export class Keenness {
  /** Whether to linger now. */
  isKeen = false;
  #calls = 0;
  #patientMs = 0;
  #keenMs = 0;

  /** Takes note of how long a call took that was made while no other was under way, in milliseconds. */
  took(ms: number): void {
    const at = this.#calls++;
    const counted = Math.min(ms, longestMs);
    if (at < trialCalls) {
      if (at >= warmUpCalls) this.#patientMs += counted;
    } else if (at < 2 * trialCalls && at >= trialCalls + warmUpCalls) this.#keenMs += counted;
    if (this.#calls === trialCalls) this.isKeen = true;
    else if (this.#calls === 2 * trialCalls) this.isKeen = this.#keenMs < this.#patientMs * worthwhile;
    else if (this.#calls === 2 * trialCalls + settledCalls) this.#beginAnew();
  }

  #beginAnew(): void {
    this.isKeen = false;
    this.#calls = 0;
    this.#patientMs = 0;
    this.#keenMs = 0;
  }
}
