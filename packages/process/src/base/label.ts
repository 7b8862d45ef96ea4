import type { Subject } from "./observer.ts";

let origin: string | undefined;
let originPid = 0;
const made = new Map<string, number>();

/** The property of a shared object that has its label. No field of a program's subclass has this key. */
export const labelKey = Symbol("label");

/** The id and the name of a shared object. They are sent along with it. */
export class Label implements Subject {
  readonly id: string;
  name: string;

  /** @param given those of an object that was received. */
  constructor(className: string, given?: readonly [id: string, name: string]) {
    if (given !== undefined) {
      [this.id, this.name] = given;
      return;
    }
    // A forked child counts on from its parent, so it needs an origin of its own.
    if (origin === undefined || originPid !== process.pid) {
      originPid = process.pid;
      origin = `${originPid.toString(36)}${Math.random().toString(36).slice(1, 9)}`;
    }
    const number = (made.get(className) ?? 0) + 1;
    made.set(className, number);
    this.id = `${origin}.${className}.${number}`;
    this.name = `${className}-${number}`;
  }
}

/** Checks the name that a program gives to an object. @throws {TypeError} when it is not a string or empty. */
export function checkName(object: object, name: unknown): string {
  if (typeof name === "string" && name !== "") return name;
  const given = name === "" ? "an empty string" : typeof name;
  throw new TypeError(
    `Cannot name the ${object.constructor.name}: the name is ${given}, write a string such as "accounts"`,
  );
}
