import type { MessagePort } from "node:worker_threads";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { PortChannel } from "../../channel/port-channel.ts";
import type { Address } from "../../connection/address.ts";
import { managerHandshake } from "../../connection/handshake.ts";
import { Listener } from "../../connection/listener.ts";
import { getLogger } from "../../process/info/logger.ts";
import { adoptIdentity, identity } from "../../process/info/process-identity.ts";
import { ObjectServer } from "./object-server.ts";
import { standardTypes } from "./standard-types.ts";
import type { TypeFactory, TypeRegistration } from "./type-registration.ts";

/** What a manager's process needs to start. */
export interface ManagerSpec {
  readonly key: string;
  readonly address: Address;
  /** Where clients that speak Python's protocol connect; `null` when there are none. */
  readonly pythonAddress: Address | null;
  readonly authKey: Uint8Array | null;
  readonly maxMessageBytes: number;
  readonly types: readonly TypeRegistration<PackedTarget>[];
  readonly initializer: PackedTarget | null;
  readonly initArgs: readonly unknown[];
  /** A port to the thread that started the manager; `null` for a process, whose parent connects to its address. */
  readonly port: MessagePort | null;
}

/** Where a manager listens. */
export interface ManagerAddresses {
  readonly address: Address;
  readonly pythonAddress: Address | null;
}

/**
 * Serves a manager's objects in this process. Resolves with its addresses when it listens; the process runs until it
 * is shut down.
 */
export async function serveManager(spec: ManagerSpec): Promise<ManagerAddresses> {
  // Its parent ends it like a daemon, but a pool that it hosts may have children.
  adoptIdentity({ ...identity(), daemon: false });
  const types = new Map<string, TypeRegistration>(standardTypes.map((type) => [type.name, type]));
  for (const type of spec.types) {
    types.set(type.name, { ...type, factory: (await loadTarget(type.factory)) as TypeFactory });
  }
  if (spec.initializer !== null) await (await loadTarget(spec.initializer))(...spec.initArgs);
  const { address, pythonAddress, maxMessageBytes } = spec;
  const authKey = spec.authKey ?? identity().authKey;
  const server = new ObjectServer(types, spec.key, authKey);
  const listener = new Listener({ address, authKey, maxMessageBytes }, managerHandshake);
  const python = pythonAddress === null ? null : new Listener({ address: pythonAddress, authKey, maxMessageBytes });
  await Promise.all([listener.ready, python?.ready]);
  getLogger().info("manager serving at %j", python?.address ?? listener.address);
  if (spec.port !== null) server.attach(new PortChannel(spec.port));
  void server.serve(listener);
  if (python !== null) void server.servePython(python);
  return { address: listener.address, pythonAddress: python?.address ?? null };
}
