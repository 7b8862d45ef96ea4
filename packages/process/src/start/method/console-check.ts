import { examinePart, expectPart, type InternalCheck } from "../../posix/node-internals/internal-check.ts";

/** Whether the console reads its streams from `_stdout` and `_stderr`, which a forked child redirects. */
export function check(): InternalCheck {
  return examinePart("console streams", () => {
    for (const name of ["_stdout", "_stderr"] as const) {
      const stream = (console as unknown as Record<string, unknown>)[name];
      expectPart(
        stream === process[name === "_stdout" ? "stdout" : "stderr"],
        `console.${name} to be the process's stream`,
      );
      const isConfigurable = Object.getOwnPropertyDescriptor(console, name)?.configurable;
      expectPart(isConfigurable === true, `console.${name} to be configurable`);
    }
    return "console._stdout and console._stderr can be redirected";
  });
}
