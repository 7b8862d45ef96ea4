import { createReadStream, fstatSync, writeSync } from "node:fs";
import type { SocketConstructorOpts } from "node:net";
import type { Readable, Writable } from "node:stream";
import { POLLOUT, poll } from "../../posix/calls/poll.ts";
import type { Stdio } from "../start-method.ts";

const outputs = [
  ["stdout", 1],
  ["stderr", 2],
] as const;

/**
 * Replaces stdout and stderr by streams that write to the descriptors directly, so that Node does not make its own yet.
 * Node makes them only once, and a forked child has other descriptors.
 *
 * @returns restores Node's own.
 */
export function writeStdioDirectly(): () => void {
  const own = outputs.map(([name]) => Object.getOwnPropertyDescriptor(process, name) as PropertyDescriptor);
  for (const [name, fd] of outputs)
    Object.defineProperty(process, name, { value: directWriter(fd), configurable: true });
  return () => {
    outputs.forEach(([name], i) => {
      Object.defineProperty(process, name, own[i] as PropertyDescriptor);
      bindConsole(name);
    });
  };
}

/**
 * Gives a forked child streams of its own. It gets a new stdin, since the parent's has the parent's listeners, and new
 * outputs where they lead elsewhere than the parent's. Output that the parent has buffered stays in the parent.
 */
export function replaceStdio(spec: { readonly stdout: Stdio }): void {
  const elsewhere = { stdout: spec.stdout !== "inherit", stderr: true };
  for (const [name, fd] of outputs) {
    if (!elsewhere[name]) continue;
    Object.defineProperty(process, name, { value: directWriter(fd), configurable: true });
    bindConsole(name);
  }
  let stdin: unknown;
  const get = () => {
    stdin ??= readerOf(0);
    return stdin;
  };
  Object.defineProperty(process, "stdin", { get, configurable: true });
}

/** A stream that reads from a descriptor when it is first read. */
function readerOf(fd: number): Readable {
  const { isatty, ReadStream } = process.getBuiltinModule("node:tty");
  if (isatty(fd)) return new ReadStream(fd);
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isSocket()) return createReadStream("", { fd, autoClose: false });
  const { Socket } = process.getBuiltinModule("node:net");
  return new Socket({ fd, readable: true, writable: false, manualStart: true } as SocketConstructorOpts);
}

/** A stream that writes to a descriptor at once, and blocks while a pipe is full. */
function directWriter(fd: number): Writable {
  const { Writable } = process.getBuiltinModule("node:stream");
  const stream = new Writable({
    write(chunk: Uint8Array, _, done) {
      try {
        writeAll(fd, chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return Object.assign(stream, { fd, isTTY: false });
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.byteLength; ) {
    try {
      at += writeSync(fd, chunk, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      poll([{ fd, events: POLLOUT }], -1);
    }
  }
}

// The console keeps the streams that it wrote to, so its references are replaced as well.
function bindConsole(name: "stdout" | "stderr"): void {
  Object.defineProperty(console, `_${name}`, { get: () => process[name], configurable: true });
}
