import { fileURLToPath } from "node:url";

/** How a line of this package is told in a stack: as it was built, and as source maps show it. */
let ownPlaces: readonly string[] | undefined;

/**
 * Takes from the foot of an error's stack what is the same in every child: the lines of this package that called the
 * target, and Node's that called those. An error that this package itself threw keeps its head.
 */
export function trimStack(error: unknown): void {
  if (!(error instanceof Error) || typeof error.stack !== "string") return;
  const lines = error.stack.split("\n");
  const isFoot = (line: string | undefined) =>
    line !== undefined &&
    /^\s+at /.test(line) &&
    [...places(), "(node:internal/", "/piscina/dist/worker.", "/comlink/dist/"].some((part) => line.includes(part));
  const frames = lines.filter((line) => /^\s+at /.test(line)).length;
  let kept = frames;
  while (kept > 1 && isFoot(lines.at(-1))) {
    lines.pop();
    kept -= 1;
  }
  // An error may be frozen, and then keeps what it has.
  Reflect.defineProperty(error, "stack", { value: lines.join("\n"), writable: true, configurable: true });
}

/** Who called this package, as an error tells that was made in it: the lines of its stack above the package's own. */
export function callerLines(made: Error): string {
  const lines = (made.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const first = lines.findIndex((line) => !places().some((part) => line.includes(part)));
  return lines.slice(Math.max(0, first)).join("\n");
}

// Found out when an error is told, since few children have one.
function places(): readonly string[] {
  ownPlaces ??= ["../", "../../"]
    .map((folder) => new URL(folder, import.meta.url))
    .flatMap((folder) => [folder.href, fileURLToPath(folder)]);
  return ownPlaces;
}
