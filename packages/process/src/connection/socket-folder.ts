import { tmpdir } from "node:os";

// A socket's path has about a hundred bytes; ours need half of them within the folder.
const longestFolderBytes = 50;

/** The folder for this package's sockets: the temporary folder, or `/tmp` when that folder's path is too long. */
export function socketFolder(): string {
  const folder = tmpdir();
  return process.platform === "win32" || Buffer.byteLength(folder) <= longestFolderBytes ? folder : "/tmp";
}
