/**
 * Where a program is that runs inside a child.
 *
 * One module knows it, since the built package has its code in chunks: they all stand one folder below the package's
 * `dist`, as this file does below `src`.
 *
 * @param name the file's name in `entry/`.
 * @param extension "cjs" for one that is to be required.
 */
export function program(name: string, extension: "js" | "cjs" = "js"): URL {
  return new URL(`../entry/${name}.${extension}`, import.meta.url);
}
