import { parseNodeOptions } from "../child/node-options.ts";

/**
 * Opens the inspector that Node's options ask for. A forked child does this itself, since an inspector listens on a
 * thread, which a fork does not have. `--inspect-brk` waits for a debugger, and does not stop at the first statement.
 *
 * @param nodeOptions the variable: the program has taken the port that is given there, so the child gets a free one.
 */
export function openInspector(execArgv: readonly string[], nodeOptions = ""): void {
  const own = execArgv.find(isInspector);
  const option = own ?? parseNodeOptions(nodeOptions).find(isInspector);
  if (option === undefined) return;
  const [name, value = ""] = option.split("=");
  const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(value) ?? [value, value];
  const wanted = own === undefined ? 0 : Number(port ?? 9229);
  process.getBuiltinModule("node:inspector").open(wanted, host || "127.0.0.1", name !== "--inspect");
}

function isInspector(option: string): boolean {
  return /^--inspect(-brk|-wait)?(=|$)/.test(option);
}
