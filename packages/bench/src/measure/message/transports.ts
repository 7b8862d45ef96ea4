import { foreignTransports } from "./foreign-transport.ts";
import { ownTransports } from "./own-transport.ts";
import { processTransports } from "./process-transport.ts";
import type { Transport } from "./transport.ts";
import { workerTransports } from "./worker-transport.ts";

/** Every transport that can be measured. */
export const transports: readonly Transport[] = [
  ...ownTransports,
  ...workerTransports,
  ...processTransports,
  ...foreignTransports,
];
