import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import type { LaunchSpec } from "../start-method.ts";
import { ForkServerConnection } from "./fork-server-connection.ts";
import type { PreloadErrorAction } from "./fork-server-message.ts";
import { programOptions, type ServerNodeOptions } from "./server-options.ts";

/** What a server needs to know of the child that it is started for. */
export type ServerOrigin = Pick<LaunchSpec, "modules" | "parent" | "mainModule">;

let preload: readonly string[] | null = null;
let onPreloadError: PreloadErrorAction = "ignore";

/**
 * Sets the modules that a fork server imports before it forks, so that its children have them already. For servers that
 * are started from now on.
 *
 * @param modules URLs; `null` for the modules of the targets that the server's children run.
 * @param onError what the server does when it cannot import one of them. Default: `"ignore"`.
 */
export function preloadInForkServer(modules: readonly string[] | null, onError: PreloadErrorAction = "ignore"): void {
  preload = modules;
  onPreloadError = onError;
}

// One server for each set of Node's options, since a fork has the options of its server. The server with the
// program's own options stays; a server for one child's options ends with that child.
const servers = new Map<string, ForkServerConnection>();

/** The keys of servers that preload no modules, since a server with such options was unfit. */
const withoutPreload = new Set<string>();

onForkInChild(() => {
  for (const server of servers.values()) server.abandon();
  servers.clear();
});

function keyOf(options: ServerNodeOptions): string {
  return JSON.stringify(options);
}

/** The server that runs with these options; `undefined` when there is none. */
export function knownServer(options: ServerNodeOptions): ForkServerConnection | undefined {
  const key = keyOf(options);
  const known = servers.get(key);
  if (known?.isUnfit === true) {
    withoutPreload.add(key);
    servers.delete(key);
    return undefined;
  }
  return known?.isAlive === true && known.isAnswering() ? known : undefined;
}

/**
 * Starts a server with these options.
 *
 * @throws the error of the system call when no descriptors are left.
 */
export function newServer(options: ServerNodeOptions, origin: ServerOrigin): ForkServerConnection {
  const key = keyOf(options);
  const server = new ForkServerConnection(options, {
    preload: withoutPreload.has(key) ? null : (preload ?? modulesToPreload(origin, options)),
    onPreloadError: preload === null ? "ignore" : onPreloadError,
    preparesChildren: !isOwn(options),
    parent: origin.parent,
    mainModule: origin.mainModule,
  });
  servers.set(key, server);
  return server;
}

/**
 * The modules that a server imports for a child. A module that the children's module hooks may change is not imported
 * without the hooks, unless the program asks.
 */
export function modulesToPreload({ modules }: ServerOrigin, { loaders }: ServerNodeOptions): readonly string[] {
  return preload === null && loaders.length === 0 ? modules : [];
}

/** Whether a server has the options of one child, for which it is alone: such options are rarely used twice. */
export function isOwn(options: ServerNodeOptions): boolean {
  return keyOf(options) !== keyOf(programOptions());
}
