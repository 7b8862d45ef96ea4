import type { Socket } from "node:net";

/**
 * Makes writes to pipes blocking, as writes to files are: the bytes are out when the write returns. A child may end
 * at any moment and loses none of them, and a program that forks has no write under way. The streams are touched only
 * when they are first used.
 */
export function blockStdio(): void {
  for (const name of ["stdout", "stderr"] as const) {
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
