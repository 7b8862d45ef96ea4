import { type Command, defineCommand, type Program } from "./command.ts";
import type { Flag } from "./flag.ts";

const help: Flag<boolean> = { help: "print this help", initial: false, read: () => true };

/**
 * `completion SHELL`: a script that completes commands, flags and their values, or the man page. All of them are made
 * from the table of commands.
 */
export function completion(program: Program): Command {
  const writers = { bash: bashScript, zsh: zshScript, fish: fishScript, man: manPage };
  const own = defineCommand({
    name: "completion",
    operands: "<bash|zsh|fish|man>",
    summary: "a script that completes commands and flags in your shell, or the man page",
    group: "Setup",
    flags: {},
    async run({ operands: [shell], stdout }) {
      stdout.write(writers[shell as keyof typeof writers]({ ...program, commands: [...program.commands, own] }));
      return 0;
    },
  });
  return own;
}

/** The flags of a command, by name. A command that runs another program has none. */
function flagsOf({ flags, passesOn }: Command): [string, Flag<unknown>][] {
  return Object.entries(passesOn === undefined ? { ...flags, help } : {});
}

/** The words that may follow a command: its flags, and the values of those that take one of a list. */
function wordsOf(command: Command): string[] {
  const choices = (text: string) => (/^[a-z-]+(\|[a-z-]+)+$/.test(text) ? text.split("|") : []);
  return [
    ...(command.operands ?? "").split(" ").flatMap((operand) => choices(operand.replace(/[<>[\].]/g, ""))),
    ...flagsOf(command).flatMap(([name, { placeholder = "" }]) => [`--${name}`, ...choices(placeholder)]),
  ];
}

function bashScript({ name, commands }: Program): string {
  const fn = `_${name.replaceAll("-", "_")}`;
  const cases = commands.map((command) => `    ${command.name}) words="${wordsOf(command).join(" ")}" ;;`);
  return `# Write to ~/.bashrc: source <(${name} completion bash)
${fn}() {
  local words="${["help", ...commands.map((command) => command.name)].join(" ")}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}") $(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F ${fn} ${name}
`;
}

function zshScript(program: Program): string {
  return `# Write to ~/.zshrc: source <(${program.name} completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bashScript(program).split("\n").slice(1).join("\n")}`;
}

function fishScript({ name: program, commands }: Program): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((command) => [
    `complete -c ${program} -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...flagsOf(command).map(
      ([flag, { help, placeholder }]) =>
        `complete -c ${program} -n '__fish_seen_subcommand_from ${command.name}' -l ${flag}${placeholder === undefined ? "" : " -r"} -d ${quoted(help)}`,
    ),
  ]);
  return `# Write to ~/.config/fish/completions/${program}.fish\n${lines.join("\n")}\n`;
}

function manPage({ name: program, summary, commands }: Program): string {
  const escaped = (text: string) =>
    text
      .replaceAll("\\", "\\\\")
      .replaceAll("-", "\\-")
      .replace(/^([.'])/gm, "\\&$1");
  const sections = commands.flatMap((command) => [
    `.SS ${escaped(`${command.name} ${command.passesOn ?? command.operands ?? ""}`)}`,
    escaped(command.summary),
    ...flagsOf(command).flatMap(([flag, { help, placeholder = "" }]) => [
      ".TP",
      `.B ${escaped(`--${flag} ${placeholder}`)}`,
      escaped(help),
    ]),
  ]);
  return `.TH ${escaped(program.toUpperCase())} 1
.SH NAME
${escaped(program)} \\- ${escaped(summary)}
.SH SYNOPSIS
.B ${escaped(program)}
command [flags]
.SH COMMANDS
${sections.join("\n")}
`;
}
