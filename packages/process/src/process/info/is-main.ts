import { identity } from "./process-identity.ts";

/**
 * Whether a module is the program that was started, in its main process: false in modules that are imported, and in
 * children, which may import the program's main module to find their target.
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
