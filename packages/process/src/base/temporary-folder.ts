import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { ManyhandsError } from "./errors.ts";

/**
 * Checks that this process can make files in a folder for temporary files.
 *
 * @param folder default: the system's, which the variable `TMPDIR` sets.
 * @returns the folder.
 * @throws {ManyhandsError} with `code` `ERR_MANYHANDS_TEMPORARY_FOLDER` when it is missing or cannot be written to.
 */
export function temporaryFolder(folder: string = tmpdir()): string {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return folder;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "does not exist" : `cannot be written to (${code})`;
    throw new ManyhandsError(
      "TEMPORARY_FOLDER",
      `Cannot make temporary files: the folder ${folder} ${reason}; make it writable, or set TMPDIR to a folder that is`,
      { cause },
    );
  }
}
