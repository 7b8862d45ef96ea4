import { resolveModule } from "../callable/pack/module-reference.ts";
import { preloadInForkServer } from "../start/forkserver/servers.ts";

/**
 * Makes the fork server import modules before it forks. Its children then have them without importing: the modules run
 * once, and their memory is shared until a process writes to it. Call it before the first child starts; it does not
 * change a running server.
 *
 * Without this call the server imports the modules of the targets that it receives, but not the program's main module.
 *
 * When Node's options load modules before the program (`--import`, `--require`, `--loader`, also in `NODE_OPTIONS`),
 * each child loads those. The server then imports only the modules of this call, without hooks that may change them. It
 * imports none when one of them starts a thread, such as a Worker: a fork has no threads of the server.
 *
 * @param modules URLs, absolute paths or package names; an empty array for no modules. The server skips a module that
 *   it cannot import.
 * @throws {TypeError} when a module is a relative path; {TargetError} when there is no such package.
 *
 * Source: Python's `set_forkserver_preload`.
 */
export function setForkserverPreload(modules: readonly (string | URL)[]): void {
  if (!Array.isArray(modules)) {
    throw new TypeError(
      'Cannot preload modules: the argument is not an array, write [new URL("./job.js", import.meta.url)]',
    );
  }
  preloadInForkServer(modules.map(resolveModule));
}
