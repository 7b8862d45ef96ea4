import { temporaryFolder } from "../posix/calls/temporary-folder.ts";

// A socket's path has about a hundred bytes; ours need half of them within the folder.
const longestFolderBytes = 50;

/**
 * The folder for this package's sockets, which has a short path.
 *
 * @throws {ManyhandsError} when no folder for temporary files can be written to.
 */
export function socketFolder(): string {
  return temporaryFolder(longestFolderBytes);
}
