import { type ChunkFunction, functionKernel } from "../../kernel/function-kernel.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { importModule } from "./import-module.ts";

/** Where any isolate finds a kernel. */
export interface KernelReference {
  readonly module: string;
  readonly id: string;
}

/**
 * The kernels of a module: each exported kernel, and a kernel for each exported function, which does one chunk a call.
 *
 * @param module URL of the module.
 */
export async function kernelsOf(module: URL | string): Promise<Kernel[]> {
  const url = String(module);
  const kernels = Object.entries(await importModule(url)).flatMap(([name, value]) => {
    if (isKernel(value)) return [value];
    return isPlainFunction(value) ? [functionKernel(url, name, value)] : [];
  });
  // A default export often has a named export too.
  return kernels.filter((kernel, at) => kernels.findIndex((other) => other.id === kernel.id) === at);
}

/** True for a function that can be called without `new`. */
function isPlainFunction(value: unknown): value is ChunkFunction {
  return typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));
}

function isKernel(value: unknown): value is Kernel {
  const candidate = value as Kernel | null | undefined;
  return typeof candidate === "object" && typeof candidate?.id === "string" && typeof candidate.prepare === "function";
}

/**
 * Imports the kernel's module and finds the kernel with its id.
 *
 * @throws {TypeError} when the module has no such kernel; the message lists the kernels that it has.
 */
export async function loadKernel({ module, id }: KernelReference): Promise<Kernel> {
  const kernels = await kernelsOf(module);
  const kernel = kernels.find((candidate) => candidate.id === id);
  if (kernel !== undefined) return kernel;
  const others = kernels.map((candidate) => candidate.id).join(", ") || "none";
  throw new TypeError(
    `Cannot load kernel "${id}" from ${module}: its module has no such kernel; kernels there: ${others}`,
  );
}
