import { libc } from "./libc.ts";
import { systemError } from "./system-error.ts";

const F_GETFD = 1;
const F_SETFD = 2;

/**
 * Has this process become another program. Standard streams, which Node has closed in programs that it becomes, stay open.
 *
 * Not by Node's own `execve`: where the system refuses, that one aborts the process before Node 26, and it warns at each use.
 *
 * @param keep descriptors that stay open. Default: 0, 1 and 2.
 * @throws {TypeError} what cannot be told to a program.
 * @throws what the system answers; all is as it was then.
 */
export function execProgram(
  path: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  keep: readonly number[] = [0, 1, 2],
): never {
  checkText(path, "path");
  if (!Array.isArray(argv) || argv.length === 0)
    throw new TypeError("Cannot execute a program: it needs a list of arguments, its own name first");
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
    throw new TypeError(`Cannot execute a program: there can be no variable "${name}"`);
  checkText(name, "variable");
  checkText(value, `value of ${name}`);
}

// For the system a text ends at the first zero: it would execute another program, or give it other arguments.
function checkText(text: unknown, what: string): void {
  if (typeof text === "string" && !text.includes("\0")) return;
  const stands =
    typeof text === "string" ? "has a zero byte in it" : `is ${text === null ? "null" : `a ${typeof text}`}`;
  throw new TypeError(`Cannot execute a program: its ${what} ${stands}; write a text without`);
}
