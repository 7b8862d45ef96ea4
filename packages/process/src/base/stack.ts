import { fileURLToPath } from "node:url";
import { isInstance, readOr, stackOf } from "./thrown.ts";

/** The stack at a call; V8 formats its text when it is first read. */
export interface CallSite {
  readonly stack?: string;
}

/** Records where a call is made. @param below the function whose frame is left out, with those above it. */
export function captureCallSite(below: (...args: never[]) => unknown): CallSite {
  const site = {};
  Error.captureStackTrace(site, below);
  return site;
}

/** The frames of a stack, without the name and message above them; empty when there are none. */
export function framesOf({ stack = "" }: CallSite): string {
  return /\n(\s+at .*)$/s.exec(stack)?.[1] ?? "";
}

/** The frames of the code that called this package, for an error that was made inside the package. */
export function callerFrames(made: CallSite): string {
  const lines = (made.stack ?? "").split("\n").filter(isFrame);
  const first = lines.findIndex((line) => !packageFolders().some((folder) => line.includes(folder)));
  return lines.slice(Math.max(0, first)).join("\n");
}

/** Replaces the text of an error's stack. */
export function setStack(error: Error, text: string): void {
  Object.defineProperty(error, "stack", { value: text, writable: true, configurable: true });
}

/**
 * Replaces the frames of an error by which this package refuses a call: those of the package would hide the caller's,
 * since V8 keeps ten. Errors of others are left as they are.
 */
export function showCaller(error: unknown, frames: string): void {
  const isOwn = isInstance(error, Error) && readOr(false, () => /^ERR_MANYHANDS_/.test(Reflect.get(error, "code")));
  if (!isOwn || frames === "") return;
  const lines = (stackOf(error) ?? "").split("\n");
  const head = lines.slice(0, lines.findIndex(isFrame)).join("\n");
  if (head !== "") setStack(error, `${head}\n${frames}`);
}

/**
 * Adds the caller's frames below an error's own.
 *
 * @param title the line between the two, such as `Process-1 was started`.
 * @param own the text above. Default: the error's stack.
 */
export function appendFrames(error: Error, title: string, frames: string, own = error.stack): void {
  setStack(error, `${own}\n  ${title}${frames === "" ? "" : `\n${frames}`}`);
}

/**
 * Removes the last frames of an error's stack that are the same in every child: those of this package, which called the
 * target, and those of Node below them. An error that this package threw keeps its first frame.
 */
export function trimStack(error: unknown): void {
  const stack = isInstance(error, Error) ? stackOf(error) : undefined;
  if (stack === undefined) return;
  const lines = stack.split("\n");
  let kept = lines.filter(isFrame).length;
  while (kept > 1 && isCallOfTarget(lines.at(-1))) {
    lines.pop();
    kept -= 1;
  }
  // Not setStack(): a frozen error and a proxy may keep their stack.
  const trimmed = { value: lines.join("\n"), writable: true, configurable: true };
  readOr(false, () => Reflect.defineProperty(error as Error, "stack", trimmed));
}

const librariesThatCall = ["(node:internal/", "/piscina/dist/worker.", "/comlink/dist/"];

function isCallOfTarget(line: string | undefined): boolean {
  if (line === undefined || !isFrame(line)) return false;
  return [...packageFolders(), ...librariesThatCall].some((part) => line.includes(part));
}

function isFrame(line: string): boolean {
  return /^\s+at /.test(line);
}

let folders: readonly string[] | undefined;

// This package's folders, as built code and source maps name them. Computed late, since few children have an error.
function packageFolders(): readonly string[] {
  // A bundle in the format of CommonJS has no `import.meta.url`.
  const here: string | undefined = import.meta.url;
  folders ??= (here === undefined ? [] : ["../", "../../src/"])
    .map((folder) => new URL(folder, here))
    .flatMap((folder) => [folder.href, fileURLToPath(folder)]);
  return folders;
}
