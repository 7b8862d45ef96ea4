import { tmpdir } from "node:os";

// The path of a socket has about a hundred bytes, of which we need half.
const longest = 50;

/** Where sockets of ours stand: the temporary folder, or `/tmp` when the paths in that would be too long for sockets. */
export function socketFolder(): string {
  const folder = tmpdir();
  return process.platform === "win32" || Buffer.byteLength(folder) <= longest ? folder : "/tmp";
}
