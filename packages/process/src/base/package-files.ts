import { ManyhandsError } from "./errors.ts";

/**
 * Makes the error for a file or a dependency of this package that is missing: a bundler has copied the package's code
 * into another file, or a tool that copies used files has left out this one.
 *
 * @param attempt the operation and what it did not find, as the beginning of a sentence.
 */
export function bundledError(attempt: string, options?: ErrorOptions): ManyhandsError {
  return new ManyhandsError(
    "BUNDLED",
    `${attempt}, since a bundler has copied @manyhands/process into another file, or left out files of it; leave it external: ` +
      'esbuild --external:@manyhands/process, Rollup and Rolldown external: ["@manyhands/process"], ' +
      'webpack externals: ["@manyhands/process"], Vite ssr: { external: ["@manyhands/process"] }, ' +
      'Next outputFileTracingIncludes: { "/*": ["node_modules/{@manyhands/process,acorn,comlink,piscina}/**"] }',
    options,
  );
}

// This code is in a chunk of the built package, in `dist/chunk/`. A bundle in the format of CommonJS has no URL.
const here: string | undefined = import.meta.url;
let folder: string | undefined;

/**
 * The URL of the folder of the built package.
 *
 * @throws {ManyhandsError} when a bundler has put this code into another file, and the folder is unknown.
 */
export function packageFolder(): string {
  if (here === undefined) throw bundledError("Cannot find the folder of @manyhands/process");
  folder ??= new URL("../", here).href;
  return folder;
}

/** Whether a URL is of a file of the built package. */
export function isPackageFile(url: string | undefined): boolean {
  return here === undefined ? false : (url?.startsWith(packageFolder()) ?? false);
}
