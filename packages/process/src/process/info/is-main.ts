import { identity } from "./process-identity.ts";

/**
 * Whether a module is the program's main module and runs in the main process. False in imported modules, and in
 * children, which may import the main module to find their target.
 *
 * @param meta the module's `import.meta`.
 *
 * @example
 * if (isMain(import.meta)) await main();
 */
export function isMain(meta: { readonly url: string }): boolean {
  const { parent, mainModule } = identity();
  return parent === null && mainModule === meta.url;
}
