import { BenchError, exitCodes } from "../base/bench-error.ts";
import { type Command, defineCommand } from "./parse/command.ts";
import type { Flags } from "./parse/parse.ts";

/**
 * `manyhands-bench completion SHELL`: a script that completes commands, flags and their values, or the man page. All of
 * them are made from the table of commands.
 */
export function completionOf(commands: readonly Command[], common: Flags): Command {
  return defineCommand({
    name: "completion",
    operands: "bash | zsh | fish | man",
    summary: "a script that completes commands and flags in your shell, or the man page",
    flags: {},
    async run({ operands: [shell = ""], stdout }) {
      const write = { bash: bashScript, zsh: zshScript, fish: fishScript, man: manPage }[shell];
      if (write === undefined)
        throw new BenchError("Cannot complete: write completion bash, zsh, fish or man", exitCodes.usage);
      stdout.write(write(commands, common));
      return exitCodes.ok;
    },
  });
}

/** The words that may follow a command: its flags, and the values of those that take one of a list. */
function wordsOf({ flags }: Command, common: Flags): string[] {
  return Object.entries({ ...flags, ...common }).flatMap(([name, { placeholder = "" }]) => [
    `--${name}`,
    ...(/^[a-z-]+(\|[a-z-]+)+$/.test(placeholder) ? placeholder.split("|") : []),
  ]);
}

function bashScript(commands: readonly Command[], common: Flags): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map((command) => `    ${command.name}) words="${wordsOf(command, common).join(" ")}" ;;`);
  return `# Write to ~/.bashrc: source <(manyhands-bench completion bash)
_manyhands_bench() {
  local words="${names}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}") $(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _manyhands_bench manyhands-bench
`;
}

function zshScript(commands: readonly Command[], common: Flags): string {
  return `# Write to ~/.zshrc: source <(manyhands-bench completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bashScript(commands, common).split("\n").slice(1).join("\n")}`;
}

function fishScript(commands: readonly Command[], common: Flags): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ name, summary, flags }) => [
    `complete -c manyhands-bench -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...Object.entries({ ...flags, ...common }).map(
      ([flag, { help, placeholder }]) =>
        `complete -c manyhands-bench -n '__fish_seen_subcommand_from ${name}' -l ${flag}${placeholder === undefined ? "" : " -r"} -d ${quoted(help)}`,
    ),
  ]);
  return `# Write to ~/.config/fish/completions/manyhands-bench.fish\n${lines.join("\n")}\n`;
}

function manPage(commands: readonly Command[], common: Flags): string {
  const escaped = (text: string) =>
    text
      .replaceAll("\\", "\\\\")
      .replaceAll("-", "\\-")
      .replace(/^([.'])/gm, "\\&$1");
  const sections = commands.flatMap(({ name, operands = "", summary, flags }) => [
    `.SS ${escaped(`${name} ${operands}`)}`,
    escaped(summary),
    ...Object.entries({ ...flags, ...common }).flatMap(([flag, { help, placeholder = "" }]) => [
      ".TP",
      `.B ${escaped(`--${flag} ${placeholder}`)}`,
      escaped(help),
    ]),
  ]);
  return `.TH MANYHANDS-BENCH 1
.SH NAME
manyhands\\-bench \\- how much faster work gets with more cores
.SH SYNOPSIS
.B manyhands\\-bench
command [flags]
.SH COMMANDS
${sections.join("\n")}
`;
}
