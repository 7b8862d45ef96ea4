import { BrokenProcessPoolError } from "@manyhands/process";
import { registerError } from "@manyhands/process/engine";

/**
 * A pool cannot use its cluster: no worker program serves it, its Redis cannot be used, or it has no key where one is
 * needed.
 */
export class ClusterError extends BrokenProcessPoolError {
  override readonly code = "ERR_MANYHANDS_CLUSTER";
}

registerError(ClusterError);
