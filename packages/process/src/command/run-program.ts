import { Argument, CommanderError, Option, Command as Parser } from "commander";
import type { Command, Program, Streams } from "./command.ts";
import { completion } from "./completion.ts";
import type { Flag } from "./flag.ts";

/** Columns of the help when the output is no terminal. */
const plainColumns = 120;
const usageError = 2;

/**
 * Runs a command line.
 *
 * Each program has `--version`, `--help`, `help COMMAND` and `completion SHELL`. A misspelt command or flag is refused
 * with the name that was probably meant.
 *
 * @param argv the words after the program's name.
 * @returns the command's exit code; 0 after help or the version; 2 when the command line is wrong.
 */
export async function runProgram(program: Program, argv: readonly string[], streams: Streams): Promise<number> {
  const commands = [...program.commands, completion(program)];
  let exitCode = 0;
  const parser = configure(new Parser(program.name), program.name, streams)
    .description(program.summary)
    .version(program.version, "-v, --version", "print the version")
    .usage("COMMAND [options]")
    .commandsGroup("Setup:")
    .helpCommand("help [command]", "print the options of a command")
    .enablePositionalOptions()
    .addHelpText("after", ["", ...(program.notes ?? [])].join("\n"));
  for (const command of commands) addCommand(parser, command, streams, (code) => (exitCode = code));
  try {
    await parser.parseAsync(wordsOf(argv, commands), { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : usageError;
  }
}

// `help NAME` for an unknown name is parsed as the command NAME, whose refusal suggests a name.
function wordsOf(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const [first, name] = argv;
  const isUnknown = first === "help" && name !== undefined && commands.every((command) => command.name !== name);
  return isUnknown ? [name] : argv;
}

function addCommand(parser: Parser, command: Command, streams: Streams, onEnd: (exitCode: number) => void): void {
  const { name, summary, flags, group, operands = "", passesOn } = command;
  const own = configure(parser.command(name), `${parser.name()} ${name}`, streams)
    .description(summary)
    .helpGroup(`${group}:`);
  for (const word of operands.split(" ").filter((each) => each !== "")) own.addArgument(argumentOf(word));
  const options = Object.entries(flags).map(([flagName, flag]) => ({
    flagName,
    flag,
    option: optionOf(flagName, flag),
  }));
  for (const { flagName, flag, option } of options) {
    // Only a value that was given is read.
    if (flag.placeholder !== undefined) option.argParser(readerOf(own, flagName, flag));
    own.addOption(option);
  }
  if (passesOn !== undefined) own.usage(passesOn).argument("[words...]").allowUnknownOption().passThroughOptions();
  if (passesOn !== undefined) own.helpOption(false);
  own.action(async () => {
    const isGiven = ({ option }: { option: Option }) => own.getOptionValueSource(option.attributeName()) === "cli";
    const values = options.map((each) => {
      if (!isGiven(each)) return [each.flagName, each.flag.initial];
      const value = own.getOptionValue(each.option.attributeName());
      return [each.flagName, each.flag.placeholder === undefined ? true : value.read];
    });
    onEnd(
      await command.run({
        ...streams,
        values: Object.fromEntries(values),
        given: new Set(options.filter(isGiven).map(({ flagName }) => flagName)),
        operands: own.args,
        refuse: (message) => own.error(message),
        printHelp() {
          own.outputHelp();
          return 0;
        },
      }),
    );
  });
}

function argumentOf(word: string): Argument {
  const argument = new Argument(word);
  return argument.name().includes("|") ? argument.choices(argument.name().split("|")) : argument;
}

function optionOf(name: string, { short, placeholder, help, initial, initially, group = "Options" }: Flag<unknown>) {
  const value = placeholder === undefined ? "" : ` <${placeholder}>`;
  const described = typeof initial === "string" || typeof initial === "number" ? ` (${initial})` : "";
  const flags = `${short === undefined ? "" : `-${short}, `}--${name}${value}`;
  return new Option(flags, help + (initially ?? described)).helpGroup(`${group}:`);
}

/** A reader of a flag's text. Texts of a repeated flag are collected, and read together. */
function readerOf(own: Parser, name: string, flag: Flag<unknown>) {
  return (text: string, before: { text: string } | undefined) => {
    const joined = flag.repeated && before !== undefined ? `${before.text}\n${text}` : text;
    try {
      return { text: joined, read: flag.read(joined) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return own.error(`error: Cannot read --${name}: ${error.message}`);
    }
  };
}

/** Sends help and errors to the streams, and throws where the parser would end this process. */
function configure(parser: Parser, path: string, { stdout, stderr }: Streams): Parser {
  return parser
    .exitOverride()
    .helpOption("-h, --help", "print this help")
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/^\[options\] ?/, "")}`.trimEnd(),
    })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns || plainColumns,
      getErrHelpWidth: () => stderr.columns || plainColumns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError(text, write) {
        const message = text
          .trim()
          .replace(/^error: |\.$/g, "")
          .replaceAll("\n", " ");
        write(`${path}: ${message}; see ${path} --help\n`);
      },
    });
}
