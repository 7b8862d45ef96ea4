import { checkOptionKeys } from "../base/options.ts";
import { resolveModule } from "../callable/pack/module-reference.ts";
import type { PreloadErrorAction } from "../start/forkserver/fork-server-message.ts";
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
 * Source: Python's `set_forkserver_preload`.
 *
 * @param modules URLs, absolute paths or package names; an empty array for no modules.
 * @param options.onError what the server does when it cannot import one of them. `"ignore"`: the child that imports it
 *   reports the error. `"warn"`: it also writes the error to stderr. `"fail"`: the server ends, and each child fails to
 *   start with that error. Default: `"ignore"`.
 * @throws {TypeError} when a module is a relative path; {TargetError} when there is no such package; {RangeError} when
 *   there is no such action.
 */
export function setForkserverPreload(
  modules: readonly (string | URL)[],
  options: { readonly onError?: PreloadErrorAction | undefined } = {},
): void {
  checkOptionKeys("setForkserverPreload", options, ["onError"]);
  const { onError = "ignore" } = options;
  if (!Array.isArray(modules)) {
    throw new TypeError(
      'Cannot preload modules: the argument is not an array, write [new URL("./job.js", import.meta.url)]',
    );
  }
  if (!["ignore", "warn", "fail"].includes(onError)) {
    throw new RangeError(
      `Cannot preload modules: onError is ${JSON.stringify(onError)}, write "ignore", "warn" or "fail"`,
    );
  }
  preloadInForkServer(modules.map(resolveModule), onError);
}
