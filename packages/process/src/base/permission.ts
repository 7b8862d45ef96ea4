import { dirname } from "node:path";
import { ManyhandsError } from "./errors.ts";

/** What the permission model controls, by the name in its errors: the forbidden act and the option that permits it. */
const permissions: Readonly<Record<string, readonly [act: string, option: string]>> = {
  WorkerThreads: ["to start a thread", "--allow-worker"],
  ChildProcess: ["to start a process", "--allow-child-process"],
  Inspector: ["the use of V8's inspector", "--allow-inspector"],
  Net: ["the use of sockets", "--allow-net"],
  FileSystemRead: ["to read", "--allow-fs-read"],
  FileSystemWrite: ["to write to", "--allow-fs-write"],
};

interface DeniedAccess {
  readonly code?: unknown;
  readonly permission?: string;
  /** The path of a file. */
  readonly resource?: string;
}

/** Whether an error is one that {@link explainDenied} made. */
export function isPermissionError(error: unknown): boolean {
  return error instanceof ManyhandsError && error.code === "ERR_MANYHANDS_PERMISSION";
}

/** Whether an error is Node's refusal of what its options do not permit. */
export function isDenied(error: unknown): boolean {
  const { code } = (error ?? {}) as DeniedAccess;
  return code === "ERR_ACCESS_DENIED" || code === "ERR_DLOPEN_DISABLED";
}

/**
 * The refusal of Node's permission model as an error with the option to add. Returns any other error as it is.
 *
 * @param attempt what was attempted, as the first part of a message: "Cannot start Process-1".
 */
export function explainDenied<E>(error: E, attempt: string): E | ManyhandsError {
  if (!isDenied(error)) return error;
  // Only errors of connections have no permission.
  const { code, permission = "Net", resource } = error as DeniedAccess;
  if (code === "ERR_DLOPEN_DISABLED") return denied(attempt, "to load a native addon", addonFix(), error);
  const [act, option] = permissions[permission] ?? [`access (${permission})`, `--allow-${permission.toLowerCase()}`];
  if (!permission.startsWith("FileSystem")) return denied(attempt, act, `start the program with ${option}`, error);
  const path = resource ?? "";
  return denied(attempt, `${act} ${path}`, `start the program with ${option}=${folderOf(path)}`, error);
}

function addonFix(): string {
  const option = isRestricted() ? "with --allow-addons" : "without --no-addons";
  return `start the program ${option}`;
}

/** Runs a function. @throws as {@link explainDenied} explains it. */
export function whilePermitted<T>(attempt: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw explainDenied(error, attempt);
  }
}

/** The error for a folder in which this process may not make files. */
export function deniedFolderError(attempt: string, folder: string): ManyhandsError {
  const options = `--allow-fs-read=${folder} --allow-fs-write=${folder}`;
  return denied(attempt, `to write to ${folder}`, `start the program with ${options}`);
}

function denied(attempt: string, act: string, fix: string, cause?: unknown): ManyhandsError {
  return new ManyhandsError("PERMISSION", `${attempt}: the options of Node forbid ${act}; ${fix}`, { cause });
}

/** Whether the permission model lets this process read and write files in a folder. */
export function mayUseFolder(folder: string): boolean {
  const file = `${folder}/manyhands`;
  return mayRead(file) && (permissionModel()?.has("fs.write", file) ?? true);
}

/** Whether the permission model lets this process read a file. */
export function mayRead(path: string): boolean {
  return permissionModel()?.has("fs.read", path) ?? true;
}

/** Whether this program runs with the permission model. */
function isRestricted(): boolean {
  return permissionModel() !== undefined;
}

function permissionModel(): { has(scope: string, reference?: string): boolean } | undefined {
  return process.permission;
}

/** What to permit, so that the same use is not refused for the next file: a package, a folder, all of `/proc`. */
function folderOf(path: string): string {
  const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+|^\/proc(?=\/)|^\/dev\/null$/.exec(path) ?? [];
  return folder ?? dirname(path);
}
