import { nameOf } from "./function-name.ts";

/** Names a value for people: `Socket`, `Promise`, `function helper`. */
export function describe(value: unknown): string {
  if (typeof value === "function") return `function ${nameOf(value) || "(anonymous)"}`;
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
