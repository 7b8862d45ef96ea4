/**
 * The URL of a program that runs inside a child.
 *
 * Only this module computes it: the built package has its code in chunks, all of them in `dist/chunk/`, and the path
 * starts there. The source of this file is elsewhere, so the URL is right in built code only.
 *
 * @param name the file's name in `entry/`.
 * @param extension "cjs" for a program that is loaded by `require`.
 */
export function programUrl(name: string, extension: "js" | "cjs" = "js"): URL {
  return new URL(`../entry/${name}.${extension}`, import.meta.url);
}
