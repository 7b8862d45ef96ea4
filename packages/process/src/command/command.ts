import type { Flags, Values } from "./flag.ts";

/** Where a command writes: results to `stdout`, progress and errors to `stderr`. */
export interface Streams {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** A text output: a stream of Node, or an object with the same methods. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The size of the terminal, when the stream is one. */
  readonly columns?: number;
  readonly rows?: number;
}

/** The input and outputs of a command. */
export interface CommandContext<F extends Flags> extends Streams {
  readonly values: Values<F>;
  /** Names of the flags that were given. */
  readonly given: ReadonlySet<string>;
  readonly operands: readonly string[];
  /** Ends the command with exit code 2: prints what is wrong with its operands, and where its help is. */
  refuse(message: string): never;
  /** Prints the help of the command. @returns the exit code, 0. */
  printHelp(): number;
}

/** One command of a program. */
export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** The operands, separated by spaces: `<FILE>` must be given, `[kernel...]` may be, `<bash|zsh>` is one of these. */
  readonly operands?: string;
  /** One line. */
  readonly summary: string;
  /** The heading in the program's help. */
  readonly group: string;
  readonly flags: F;
  /** The usage of a command that runs another program: all its words are operands, and belong to that program. */
  readonly passesOn?: string;
  /** @returns the exit code. */
  run(context: CommandContext<F>): Promise<number>;
}

/** Declares a command, so that the compiler infers the types of its flags. */
export function defineCommand<F extends Flags>(command: Command<F>): Command {
  return command as unknown as Command;
}

/** Whether the words after a command that passes them on ask for its own help. */
export function isHelp([first]: readonly string[]): boolean {
  return first === "--help" || first === "-h";
}

/** A program: its name, and its commands. */
export interface Program {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly version: string;
  readonly commands: readonly Command[];
  /** Lines below the list of commands. */
  readonly notes?: readonly string[];
}
