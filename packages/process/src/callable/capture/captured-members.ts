import { type MemberPlace, rememberMember } from "../form/original-member.ts";
import type { Callable } from "../form/target.ts";
import type { ClassMember } from "../syntax/class-members.ts";
import type { CapturePath } from "./capture-path.ts";

interface CapturedClass {
  readonly fn: Callable;
  readonly members: readonly ClassMember[];
  readonly keys: ReadonlyMap<number, string | symbol>;
  readonly path: CapturePath;
}

/**
 * The members of the classes of a bundle. A method that uses `super` or private names works only in its class. It may
 * be needed outside of it: a decorator calls the method that it replaces.
 */
export class CapturedMembers {
  readonly #classes: CapturedClass[];

  constructor(classes: readonly CapturedClass[] = []) {
    this.#classes = [...classes];
  }

  copy(): CapturedMembers {
    return new CapturedMembers(this.#classes);
  }

  add(captured: CapturedClass): void {
    this.#classes.push(captured);
  }

  /** Finds the class whose text makes a function: the class has it, or has another one in its place. */
  find(fn: Callable): { readonly of: CapturedClass; readonly place: MemberPlace } | undefined {
    const text = Function.prototype.toString.call(fn);
    for (const captured of this.#classes.toReversed()) {
      for (const { index, kind: part, isStatic, key: written, text: memberText } of captured.members) {
        const key = written ?? captured.keys.get(index);
        if (part === "field" || memberText !== text || key === undefined) continue;
        const holder = isStatic ? captured.fn : (captured.fn.prototype as object);
        const present: unknown = Object.getOwnPropertyDescriptor(holder, key)?.[part];
        const isOfOther = present !== fn && typeof present === "function" && String(present) === text;
        if (isOfOther) continue;
        const place = { isStatic, key, part };
        rememberMember(captured.fn, place, fn);
        return { of: captured, place };
      }
    }
    return undefined;
  }
}
