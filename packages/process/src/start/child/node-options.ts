/** Splits the value of `NODE_OPTIONS` into options, as Node does: at spaces, with double quotes and backslashes. */
export function parseNodeOptions(value: string): string[] {
  const options: string[] = [];
  let option: string | undefined;
  let isQuoted = false;
  for (let i = 0; i < value.length; i++) {
    const character = value[i] as string;
    if (character === " " && !isQuoted) {
      if (option !== undefined) options.push(option);
      option = undefined;
    } else if (character === '"') {
      isQuoted = !isQuoted;
      option ??= "";
    } else if (character === "\\" && isQuoted) option = (option ?? "") + (value[++i] ?? "");
    else option = (option ?? "") + character;
  }
  if (option !== undefined) options.push(option);
  return options;
}

/** Writes options as a value of `NODE_OPTIONS`. */
export function formatNodeOptions(options: readonly string[]): string {
  return options.map((option) => (/[\s"\\]/.test(option) ? `"${option.replace(/["\\]/g, "\\$&")}"` : option)).join(" ");
}

/** An option with which Node loads a module before the program. */
export interface LoaderOption {
  readonly kind: "require" | "loader" | "import";
  /** As it is given: relative to the working directory, absolute, a URL, or the name of a package. */
  readonly module: string;
}

const loaderOption = /^(-r|--require|--loader|--experimental-loader|--import)(?:=(.*))?$/s;

/**
 * Separates the options that load modules from the others, in the order in which Node loads the modules.
 *
 * The value of a `--require` is the next option when it is not given with "=".
 */
export function splitLoaderOptions(options: readonly string[]): { own: string[]; loaders: LoaderOption[] } {
  const own: string[] = [];
  const loaders: Record<LoaderOption["kind"], LoaderOption[]> = { require: [], loader: [], import: [] };
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as string;
    const [, name, given] = loaderOption.exec(option) ?? [];
    const module = name === undefined || given !== undefined ? given : options[++i];
    if (name === undefined || module === undefined) own.push(option);
    else {
      const kind = name === "--import" ? "import" : name.endsWith("loader") ? "loader" : "require";
      loaders[kind].push({ kind, module });
    }
  }
  return { own, loaders: [...loaders.require, ...loaders.loader, ...loaders.import] };
}
