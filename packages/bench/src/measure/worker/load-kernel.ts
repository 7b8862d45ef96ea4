import { type ChunkFunction, chunkNumbers, functionKernel } from "../../kernel/function-kernel.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { importModule } from "./import-module.ts";

/** Where any isolate finds a kernel. */
export interface KernelReference {
  readonly module: string;
  readonly id: string;
}

/**
 * The kernels of a module: each exported kernel, and a kernel for each exported function. A function does one chunk a
 * call, given its number, or one of the module's `items`.
 *
 * @param module URL of the module.
 * @throws {TypeError} when `items` is not iterable or empty.
 */
export async function kernelsOf(module: URL | string): Promise<Kernel[]> {
  const url = String(module);
  const exported = await importModule(url);
  const items = itemsOf(exported);
  const kernels = Object.entries(exported).flatMap(([name, value]) => {
    if (isKernel(value)) return [value];
    return isPlainFunction(value) ? [functionKernel(url, name, value, items)] : [];
  });
  // A default export often has a named export too.
  return kernels.filter((kernel, at) => kernels.findIndex((other) => other.id === kernel.id) === at);
}

/** A function of a module, with its inputs. */
export interface Work {
  readonly name: string;
  readonly work: (item: unknown) => unknown;
  readonly items: readonly unknown[];
}

/**
 * The exported functions of a module with their inputs: the module's `items`, or the numbers of the chunks.
 *
 * @param module URL of the module.
 * @throws {TypeError} when `items` is not iterable or empty.
 */
export async function worksOf(module: URL | string): Promise<Work[]> {
  const exported = await importModule(String(module));
  const items = itemsOf(exported);
  return Object.entries(exported).flatMap(([name, value]) =>
    isPlainFunction(value) ? [{ name, work: value as Work["work"], items: items ?? chunkNumbers(value) }] : [],
  );
}

/** The inputs that a module exports as `items`; `undefined` when it exports none. */
function itemsOf(exported: object): readonly unknown[] | undefined {
  if (!("items" in exported)) return undefined;
  const { items } = exported as { items: Iterable<unknown> };
  if (typeof items?.[Symbol.iterator] !== "function")
    throw new TypeError("its export items is not iterable; write export const items = […]");
  const all = [...items];
  if (all.length === 0) throw new TypeError("its export items is empty; write at least one item");
  return all;
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
