import { libc } from "./libc.ts";
import { systemError } from "./system-error.ts";

const F_GETFD = 1;
const F_SETFD = 2;

/**
 * Replaces this process by another program. The standard streams stay open, which Node marks to be closed by
 * `execve`.
 *
 * It does not call Node's own `execve`: before Node 26 that one aborts the process when the system refuses, and it
 * warns at each use.
 *
 * @param keep descriptors that stay open. Default: 0, 1 and 2.
 * @throws {TypeError} when an argument or a variable cannot be passed to a program.
 * @throws the error of the system; this process then is unchanged.
 */
export function execProgram(
  path: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  keep: readonly number[] = [0, 1, 2],
): never {
  checkText(path, "path");
  if (!Array.isArray(argv) || argv.length === 0)
    throw new TypeError(
      "Cannot execute a program: argv is empty or no list; write a list of arguments, its own name first",
    );
  for (const arg of argv) checkText(arg, "argument");
  const environment = Object.entries(env).filter(([, value]) => value !== undefined);
  for (const [name, value] of environment) checkVariable(name, value);
  const c = libc();
  const flags = keep.map((fd) => c.fcntl(fd, F_GETFD, 0));
  for (const fd of keep) c.fcntl(fd, F_SETFD, 0);
  c.execve(path, [...argv, null], [...environment.map(([name, value]) => `${name}=${value}`), null]);
  const error = systemError(`execve '${path}'`);
  keep.forEach((fd, i) => {
    c.fcntl(fd, F_SETFD, flags[i] as number);
  });
  throw Object.assign(error, { path });
}

function checkVariable(name: string, value: unknown): void {
  if (name === "" || name.includes("="))
    throw new TypeError(`Cannot execute a program: "${name}" cannot be a variable; write a name without "="`);
  checkText(name, "variable");
  checkText(value, `value of ${name}`);
}

// The system ends a text at the first zero byte: it would execute another program, or pass other arguments.
function checkText(text: unknown, what: string): void {
  if (typeof text === "string" && !text.includes("\0")) return;
  const fault =
    typeof text === "string" ? "has a zero byte in it" : `is ${text === null ? "null" : `a ${typeof text}`}`;
  throw new TypeError(`Cannot execute a program: its ${what} ${fault}; write a string without zero bytes`);
}
