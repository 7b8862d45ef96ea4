import { resolveModule } from "../callable/pack/module-reference.ts";
import { preloadInForkServer } from "../start/forkserver/forkserver-method.ts";

/**
 * Has the fork server import modules before it forks, so that its children have them at no cost: what they set up, they set
 * up once, and the memory that they take is shared for as long as nobody writes to it. Call it before the first child is
 * started; a server that runs keeps what it has.
 *
 * Without this call the server imports the modules of the targets that it sees, but not the program's main module.
 *
 * @param modules URLs, absolute paths or packages' names; empty for none at all. One that cannot be imported is passed over.
 * @throws {TypeError} when one says not where it is; {TargetError} when there is no such package.
 *
 * Source: Python's `set_forkserver_preload`.
 */
export function setForkserverPreload(modules: readonly (string | URL)[]): void {
  if (!Array.isArray(modules)) {
    throw new TypeError('Cannot preload modules: write an array, [new URL("./job.js", import.meta.url)]');
  }
  preloadInForkServer(modules.map(resolveModule));
}
