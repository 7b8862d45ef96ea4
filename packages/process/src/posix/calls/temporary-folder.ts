import { accessSync, constants, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManyhandsError } from "../../base/errors.ts";
import { deniedFolderError, mayUseFolder } from "../../base/permission.ts";

// Where TMPDIR leads to a missing or read-only folder, most systems still have one of these.
const otherFolders = ["/tmp", "/dev/shm"];

/**
 * The folder for temporary files: that of the system, which the variable `TMPDIR` sets; when this process cannot make
 * files there, `/tmp` or `/dev/shm`.
 *
 * @param longestBytes how long its path may be. Default: no limit.
 * @throws {ManyhandsError} with `code` `ERR_MANYHANDS_TEMPORARY_FOLDER` when none can be written to;
 *   `ERR_MANYHANDS_PERMISSION` when Node's permission model forbids it.
 */
export function temporaryFolder(longestBytes = Number.POSITIVE_INFINITY): string {
  const own = tmpdir();
  if (process.platform === "win32") return own;
  const found = [own, ...otherFolders].find(
    (folder) => Buffer.byteLength(folder) <= longestBytes && writeError(folder) === undefined,
  );
  if (found !== undefined) return found;
  if (!mayUseFolder(own)) throw deniedFolderError("Cannot make temporary files", own);
  const cause = writeError(own) ?? writeError("/tmp");
  const reason = cause?.code === "ENOENT" ? "does not exist" : `cannot be written to (${cause?.code})`;
  throw new ManyhandsError(
    "TEMPORARY_FOLDER",
    `Cannot make temporary files: the folder ${own} ${reason}; make it writable, or set TMPDIR to a folder that is`,
    { cause },
  );
}

const usable = new Set<string>();

function writeError(folder: string): NodeJS.ErrnoException | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (usable.has(folder)) return undefined;
    // Some file systems, such as that of /sys, grant access and take no files.
    rmdirSync(mkdtempSync(join(folder, "manyhands-probe-")));
    usable.add(folder);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
