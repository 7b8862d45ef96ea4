import { examinePart, expectPart, type InternalCheck } from "../../posix/node-internals/internal-check.ts";
import { withInspector } from "./inspector.ts";

class Secretive {
  readonly #secret = 1;

  get secret(): number {
    return this.#secret;
  }
}

/** Whether the inspector shows a function's script and variables, and an object's private fields. */
export function check(): InternalCheck {
  return examinePart("inspector", () => {
    const captured = { value: 1 };
    const probe = () => captured;
    withInspector((inspect) => {
      const { script, scopes } = inspect(probe);
      expectPart(script?.url.startsWith("file:") === true, "[[FunctionLocation]] to name the script of a function");
      const [innermost] = scopes;
      const holds = Object.values(innermost?.variables ?? {}).includes(captured);
      expectPart(holds, "[[Scopes]] to hold the variables that a function captures");
      const names = inspect(new Secretive()).privates;
      expectPart(names.includes("#secret"), "privateProperties to name the private fields of an object");
    });
    return "[[FunctionLocation]], [[Scopes]] and privateProperties are as expected";
  });
}
