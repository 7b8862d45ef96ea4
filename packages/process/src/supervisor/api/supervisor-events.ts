import type { Channel } from "node:diagnostics_channel";
import { getLogger } from "../../process/info/logger.ts";
import type { SupervisorEvent } from "../option/supervisor-options.ts";
import { describeExit } from "./supervisor-error.ts";

let channel: Channel | undefined;

/** Logs an event, and publishes it on the diagnostics channel `manyhands.supervisor`. */
export function publishEvent(event: SupervisorEvent): void {
  const { edge, supervisor, child, exit, error } = event;
  const logger = getLogger();
  if (exit !== undefined) logger.warning("%s: %s", supervisor, describeExit(exit));
  else if (error !== undefined) logger.error("%s gave up: %s", supervisor, error.message);
  else logger.info("%s: %s%s", supervisor, child === null ? "" : `${child} `, edge);
  channel ??= process.getBuiltinModule("node:diagnostics_channel").channel("manyhands.supervisor");
  if (channel.hasSubscribers) channel.publish(event);
}
