/** How far a run is. */
export interface Progress {
  /** The kernel, method or transport that is being measured. */
  readonly subject: string;
  /** The current step: `round 3, ep/pool/2`. */
  readonly doing: string;
  /** Share of the whole run that is done, 0…1. */
  readonly share: number;
  /** Expected time of the rest, in nanoseconds; infinite while unknown. */
  readonly leftNs: number;
}
