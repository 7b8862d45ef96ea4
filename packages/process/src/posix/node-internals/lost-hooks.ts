import type { Worker } from "node:worker_threads";
import { isPackageFile, packageFolder } from "../../base/package-files.ts";
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

/** Node's loader; without this method in newer Node 24 and 26, which call the methods of a class instead. */
interface Loader {
  setCustomizations?(customizations: Customizations): void;
  resolveSync(specifier: string, parentURL: string): unknown;
}

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
  if (loader.setCustomizations === undefined) {
    const { AsyncLoaderHooksProxiedToLoaderHookWorker: proxied } = requireInternal<{
      AsyncLoaderHooksProxiedToLoaderHookWorker?: { readonly prototype: object };
    }>("internal/modules/esm/hooks");
    if (proxied !== undefined) Object.assign(proxied.prototype, ownModulesOnly());
    return;
  }
  try {
    // Asks the hooks' thread, if there are such hooks.
    loader.resolveSync("node:module", packageFolder());
  } catch {
    loader.setCustomizations(asCustomizations(ownModulesOnly()));
  }
}

type Hooks = Pick<Customizations, "resolve" | "resolveSync" | "load" | "loadSync" | "register">;

function asCustomizations(hooks: Hooks): Customizations {
  const { initializeImportMeta } = requireInternal<{
    initializeImportMeta(meta: object, context: object, loader: object): void;
  }>("internal/modules/esm/initialize_import_meta");
  return { ...hooks, allowImportMetaResolve: true, importMetaInitialize: initializeImportMeta, forceLoadHooks() {} };
}

function ownModulesOnly(): Hooks {
  const { defaultResolve } = requireInternal<{ defaultResolve(specifier: string, context: object): unknown }>(
    "internal/modules/esm/resolve",
  );
  const { defaultLoad, defaultLoadSync } = requireInternal<{
    defaultLoad(url: string, context: object): unknown;
    defaultLoadSync(url: string, context: object): unknown;
  }>("internal/modules/esm/load");
  const resolve = (specifier: string, parentURL: string | undefined, importAttributes: object) => {
    const isOwn = [specifier, parentURL].some(isPackageFile);
    if (!isOwn && !process.getBuiltinModule("node:module").isBuiltin(specifier)) refuse();
    return defaultResolve(specifier, { parentURL, importAttributes });
  };
  return { resolve, resolveSync: resolve, load: defaultLoad, loadSync: defaultLoadSync, register: refuse };
}

function refuse(): never {
  const fix = hasSyncHooks()
    ? "register them by module.registerHooks(), which needs no thread"
    : "use Node 22.18 or newer, which loads TypeScript without hooks";
  throw new Error(
    "Cannot import in a fork: this program's module hooks run on a thread, which stayed with the parent; " +
      `import it before the fork and use what import() gave, or ${fix}`,
  );
}

function hasSyncHooks(): boolean {
  return "registerHooks" in process.getBuiltinModule("node:module");
}
