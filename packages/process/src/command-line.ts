/**
 * The command lines of `manyhands` and `manyhands-bench`: commands and flags, declared once, with help, suggestions,
 * completions and a man page. For packages of this repository: it may change in any release.
 *
 * @module
 */
export type { Command, CommandContext, Output, Program, Streams } from "./command/command.ts";
export { defineCommand, isHelp } from "./command/command.ts";
export { readFileFlag, readTlsFlags, tlsFlags } from "./command/file-flags.ts";
export type { Declared, Flag, Flags, Values } from "./command/flag.ts";
export { choice, choices, count, inGroup, text, texts, toggle, wholeNumber } from "./command/flag.ts";
export { runProgram } from "./command/run-program.ts";
export { cutTo, padTo, printable, widthOf } from "./command/text-width.ts";
