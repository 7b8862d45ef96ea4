import { spawn } from "node:child_process";
import { existsSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { packageFolder } from "../base/package-files.ts";
import { defineCommand, isHelp, type Streams } from "../command/command.ts";
import { drawTrace, type TraceSummary } from "../observe/draw-trace.ts";
import { folderFor, hasEvents, makeFolder } from "../observe/record/trace-folder.ts";
import { signalNumber } from "../start/child/signal-number.ts";
import { loaderOptions, programIn } from "./program-loader.ts";

interface TraceArguments {
  readonly out: string;
  readonly isForkReady: boolean;
  /** The options of Node, the program and its arguments. */
  readonly rest: readonly string[];
}

/**
 * `manyhands trace main.ts`: runs a program that records its trace, and draws the trace when it has ended, also when
 * it was killed. FILE may be the folder of events that a killed program left.
 */
export const trace = defineCommand({
  name: "trace",
  passesOn: "[--html] [--out FILE] [--fork] [OPTIONS OF NODE] FILE [ARGUMENTS]",
  summary: "run a program, and draw what its processes did: states, tasks, waits, messages",
  group: "Run and examine",
  flags: {},
  run: async ({ operands, printHelp, ...streams }) =>
    isHelp(operands) ? printHelp() : traceProgram(operands, streams),
});

/** @returns the exit code of the program; 1 when the trace cannot be drawn, 2 when the command line is wrong. */
async function traceProgram(operands: readonly string[], { stderr }: Streams): Promise<number> {
  const fail = (message: string, code: number) => {
    stderr.write(`manyhands trace: ${message}\n`);
    return code;
  };
  let options: TraceArguments;
  try {
    options = read(operands);
  } catch (error) {
    return fail(`${(error as Error).message}, see manyhands trace --help`, 2);
  }
  const { out, rest } = options;
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory())
    return fail(`cannot write ${out}: it is a folder, write --out FILE`, 2);
  const program = programIn(rest);
  if (program === undefined) return fail("no program is given, write: manyhands trace main.ts", 2);
  if (!existsSync(program)) return fail(`cannot run ${program}: there is no such file, check its path`, 2);
  try {
    if (statSync(program).isDirectory()) {
      stderr.write(`${describe(drawTrace(program, out), out)}\n`);
      return 0;
    }
    const loader = options.isForkReady ? [] : loaderOptions(program);
    if (typeof loader === "string") return fail(`cannot run ${program}: ${loader}`, 1);
    const folder = folderFor(out);
    if (!makeFolder(folder)) return fail(`another program records into ${out}, write another --out`, 1);
    const code = await runTraced([...launcher(options), ...loader, ...rest], out);
    if (!hasEvents(folder)) {
      rmSync(folder, { recursive: true, force: true });
      return fail(`cannot trace ${program}: ${whyEmpty(code)}`, code || 1);
    }
    stderr.write(`${describe(drawTrace(folder, out), out)}\n`);
    return code;
  } catch (error) {
    return fail((error as Error).message, 1);
  }
}

function read(operands: readonly string[]): TraceArguments {
  let out: string | undefined;
  let isPage = false;
  let isForkReady = false;
  let at = 0;
  for (; at < operands.length; at++) {
    const operand = operands[at];
    if (operand === "--html") isPage = true;
    else if (operand === "--fork") isForkReady = true;
    else if (operand === "--out") {
      out = operands[++at];
      if (out === undefined) throw new Error("--out has no file, write --out FILE");
    } else if (operand?.startsWith("--out=")) out = operand.slice("--out=".length);
    else break;
  }
  if (isPage && out !== undefined && !out.endsWith(".html"))
    throw new Error(`--html and --out ${out} are given, and the name of a page ends with .html; write another --out`);
  return { out: out ?? (isPage ? "trace.html" : "trace.json"), isForkReady, rest: operands.slice(at) };
}

function launcher({ isForkReady }: TraceArguments): string[] {
  if (!isForkReady) return [];
  return [process.getBuiltinModule("node:url").fileURLToPath(new URL("../bin/manyhands.js", packageFolder())), "run"];
}

/** @returns the exit code, as a shell has it. */
function runTraced(args: readonly string[], out: string): Promise<number> {
  const env = { ...process.env, MANYHANDS_TRACE: resolve(out) };
  const child = spawn(process.execPath, args, { stdio: "inherit", env });
  // A signal to the terminal's group reaches the program too, which decides; others are passed on.
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", ignore).on("SIGTERM", passOn).on("SIGHUP", passOn);
  return new Promise((settle, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", ignore).off("SIGTERM", passOn).off("SIGHUP", passOn);
      settle(code ?? 128 + (signal === null ? 0 : signalNumber(signal)));
    });
  });
}

function ignore(): void {}

function whyEmpty(code: number): string {
  return code === 0
    ? "it did not import @manyhands/process; trace a program that does"
    : `it ended with exit code ${code} before it imported @manyhands/process; fix its error first`;
}

function describe({ processes, ms, dropped }: TraceSummary, out: string): string {
  const left = dropped === 0 ? "" : ` (${dropped} events were left out for want of space)`;
  const how = out.endsWith(".html") ? "open it in a browser" : "open it in https://ui.perfetto.dev";
  return `${processes} ${processes === 1 ? "process" : "processes"}, ${(ms / 1000).toFixed(2)} s${left}: ${out}, ${how}`;
}
