import { functionName } from "./function-name.ts";

/** Describes a value for messages: `Socket`, `Promise`, `function helper`. */
export function describeValue(value: unknown): string {
  if (typeof value === "function") return `function ${functionName(value) || "(anonymous)"}`;
  if (typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return typeof value;
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  try {
    const { name } = (Object.getPrototypeOf(value) as object | null)?.constructor ?? {};
    return name && name !== "Object" ? name : tag;
  } catch {
    return tag;
  }
}
