import type { Socket } from "node:net";

/**
 * Makes what this process writes to pipes be out when the write returns, as if they were files. A child may end at any moment, and
 * what it wrote before is not lost; a program that forks has nothing under way then. The streams are touched only when they
 * are first used.
 */
export function blockStdio(names: readonly ("stdout" | "stderr")[]): void {
  for (const name of names) {
    const { get } = Object.getOwnPropertyDescriptor(process, name) ?? {};
    if (get === undefined) continue;
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get() {
        const stream = get.call(process) as Socket & { _handle?: { setBlocking?(blocking: boolean): void } };
        Object.defineProperty(process, name, { configurable: true, enumerable: true, get });
        stream._handle?.setBlocking?.(true);
        return stream;
      },
    });
  }
}
