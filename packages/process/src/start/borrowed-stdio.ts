import { writeSync } from "node:fs";

const outputs = [
  ["stdout", 1],
  ["stderr", 2],
] as const;

/**
 * Has what this process prints written to its descriptors directly, so that Node makes no streams of them yet: a forked
 * child has other ones, and Node makes its streams only once.
 *
 * @returns gives the streams back to Node.
 */
export function borrowStdio(): () => void {
  const { Writable } = process.getBuiltinModule("node:stream");
  const own = outputs.map(([name]) => Object.getOwnPropertyDescriptor(process, name) as PropertyDescriptor);
  for (const [name, fd] of outputs) {
    const write = (chunk: Uint8Array, _: unknown, done: () => void) => {
      writeSync(fd, chunk);
      done();
    };
    Object.defineProperty(process, name, { value: new Writable({ write, decodeStrings: true }), configurable: true });
  }
  return () => {
    outputs.forEach(([name], i) => {
      Object.defineProperty(process, name, own[i] as PropertyDescriptor);
      // The console keeps the streams that it has written to.
      Object.defineProperty(console, `_${name}`, { get: () => process[name], configurable: true });
    });
  };
}
