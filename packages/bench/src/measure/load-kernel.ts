import type { Kernel } from "../kernel/kernel.ts";

/** Names a kernel so that any isolate can find it. */
export interface KernelReference {
  readonly module: string;
  readonly id: string;
}

/** True for a value with the shape of a kernel. */
export function isKernel(value: unknown): value is Kernel {
  const candidate = value as Kernel | null | undefined;
  return typeof candidate === "object" && typeof candidate?.id === "string" && typeof candidate.prepare === "function";
}

/**
 * Imports the kernel's module and finds the export with its id.
 *
 * @throws {TypeError} when the module exports no such kernel; the message lists those that it does export.
 */
export async function loadKernel({ module, id }: KernelReference): Promise<Kernel> {
  const kernels = Object.values((await import(module)) as object).filter(isKernel);
  const kernel = kernels.find((candidate) => candidate.id === id);
  if (kernel !== undefined) return kernel;
  const others = kernels.map((candidate) => candidate.id).join(", ") || "none";
  throw new TypeError(
    `Cannot load kernel "${id}" from ${module}: its module does not export it; kernels there: ${others}`,
  );
}
