import type { Worker } from "node:worker_threads";
import { requireInternal } from "./internal-module.ts";

/** What Node 20 and 22 call for a module, in place of the default, when module hooks are registered. */
interface Customizations {
  readonly allowImportMetaResolve: boolean;
  resolve(specifier: string, parentURL: string | undefined, importAttributes: object): unknown;
  resolveSync(specifier: string, parentURL: string | undefined, importAttributes: object): unknown;
  load(url: string, context: object): unknown;
  loadSync(url: string, context: object): unknown;
  importMetaInitialize(meta: object, context: object, loader: object): void;
  register(): never;
  forceLoadHooks(): void;
}

/** Node's loader; without these methods in Node 24 and newer. */
interface Loader {
  setCustomizations?(customizations: Customizations): void;
  resolveSync(specifier: string, parentURL: string): unknown;
}

/** The folder of this package's built code. */
const packageFolder = new URL("../", import.meta.url).href;

/**
 * Makes a forked child import without the module hooks of its parent that run on a thread, as those of tsx in Node 20:
 * the thread stayed with the parent. This package's own modules and Node's are imported by Node itself. Any other
 * import fails with the reason, where it would wait for the thread without end.
 */
export function loseHookThread(): void {
  const { InternalWorker } = requireInternal<{ readonly InternalWorker: typeof Worker }>("internal/worker");
  InternalWorker.prototype.postMessage = refuse;
  const { getOrInitializeCascadedLoader } = requireInternal<{ getOrInitializeCascadedLoader(): Loader }>(
    "internal/modules/esm/loader",
  );
  const loader = getOrInitializeCascadedLoader();
  if (loader.setCustomizations === undefined) return;
  try {
    // Asks the hooks' thread, if there are such hooks.
    loader.resolveSync("node:module", packageFolder);
  } catch {
    loader.setCustomizations(ownModulesOnly());
  }
}

function ownModulesOnly(): Customizations {
  const { defaultResolve } = requireInternal<{ defaultResolve(specifier: string, context: object): unknown }>(
    "internal/modules/esm/resolve",
  );
  const { defaultLoad, defaultLoadSync } = requireInternal<{
    defaultLoad(url: string, context: object): unknown;
    defaultLoadSync(url: string, context: object): unknown;
  }>("internal/modules/esm/load");
  const { initializeImportMeta } = requireInternal<{
    initializeImportMeta(meta: object, context: object, loader: object): void;
  }>("internal/modules/esm/initialize_import_meta");
  const resolve = (specifier: string, parentURL: string | undefined, importAttributes: object) => {
    const isOwn = [specifier, parentURL].some((url) => url?.startsWith(packageFolder));
    if (!isOwn && !process.getBuiltinModule("node:module").isBuiltin(specifier)) refuse();
    return defaultResolve(specifier, { parentURL, importAttributes });
  };
  return {
    allowImportMetaResolve: true,
    resolve,
    resolveSync: resolve,
    load: defaultLoad,
    loadSync: defaultLoadSync,
    importMetaInitialize: initializeImportMeta,
    register: refuse,
    forceLoadHooks() {},
  };
}

function refuse(): never {
  throw new Error(
    "Cannot import in a fork: this program's module hooks run on a thread, which stayed with the parent; " +
      "import before forking, or use Node 22.18 or newer, which loads TypeScript without hooks",
  );
}
