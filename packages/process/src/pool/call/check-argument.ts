import type { AnyFunction, Target } from "../../callable/form/target.ts";

/** Whether a value is a whole number ≥ 1. */
export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

/** @throws {RangeError} when a value is given and is not a whole number ≥ 1. */
export function checkCount(what: string, option: string, value: unknown): void {
  if (value === undefined || isCount(value)) return;
  const given = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new RangeError(`Cannot ${what}: ${option} is ${given}, write a whole number ≥ 1`);
}

/** @throws {TypeError} when a value is not a target. */
export function checkFunction(what: string, option: string, value: unknown): asserts value is Target<AnyFunction> {
  if (typeof value === "function" || value instanceof URL) return;
  if (typeof value === "object" && value !== null && "module" in value) return;
  const given = value === null ? "null" : typeof value === "string" ? JSON.stringify(value) : typeof value;
  throw new TypeError(
    `Cannot ${what}: ${option} is ${given}, give a function or { module: new URL("./job.js", import.meta.url), name: "job" }`,
  );
}
