import { pathToFileURL } from "node:url";

/** Node's options that take the next argument as their value, when it does not stand behind a "=". */
const optionsWithValue = new Set(
  [
    "--allow-fs-read --allow-fs-write -C --conditions --cpu-prof-dir --cpu-prof-interval --cpu-prof-name",
    "--debug-port --diagnostic-dir --disable-proto --disable-warning --dns-result-order --env-file",
    "--env-file-if-exists --experimental-default-type --experimental-loader",
    "--experimental-package-map --experimental-policy --heap-prof-dir --heap-prof-interval --heap-prof-name",
    "--heapsnapshot-near-heap-limit --heapsnapshot-signal --icu-data-dir --import --input-type --inspect-port",
    "--inspect-publish-uid --loader --localstorage-file --max-http-header-size --max-old-space-size-percentage",
    "--openssl-config --policy-integrity --process-timeout -r --redirect-warnings",
    "--report-dir --report-directory --report-filename --report-signal --require --secure-heap --secure-heap-min",
    "--snapshot-blob --title --tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern",
    "--trace-require-module --unhandled-rejections --use-largepages --v8-pool-size --vfs-load",
  ].flatMap((line) => line.split(" ")),
);

/** The program of a command line: the first argument that is neither an option nor the value of one. */
export function programIn(args: readonly string[]): string | undefined {
  return args.find((arg, at) => !arg.startsWith("-") && !optionsWithValue.has(args[at - 1] ?? ""));
}

/** The options of Node that load a program; why there are none, as text. */
export function loaderOptions(program: string): readonly string[] | string {
  if (!needsLoader(program)) return [];
  const why = `Node ${process.version} does not load TypeScript by itself`;
  return loaderFor(program) ?? `${why}; npm install --save-dev tsx, or use Node 22.18 or newer`;
}

function needsLoader(program: string): boolean {
  return /\.[cm]?tsx?$/.test(program) && !(process.features as { typescript?: unknown }).typescript;
}

/** The options by which tsx loads TypeScript; `null` when tsx is not installed. */
function loaderFor(program: string): string[] | null {
  const { createRequire } = process.getBuiltinModule("node:module");
  for (const from of [pathToFileURL(program), pathToFileURL(`${process.cwd()}/program.js`)]) {
    try {
      return ["--import", pathToFileURL(createRequire(from).resolve("tsx")).href];
    } catch {
      // Not installed there.
    }
  }
  return null;
}
