// @ts-check
// The table of what a user combines. The cells of the products and `docs/support.md` come from this file alone.

/**
 * @typedef {object} Cell one combination: a value of each axis
 * @property {string} start
 * @property {string} entry
 * @property {string} loader
 * @property {string} fn
 * @property {string} value
 * @property {string} end
 * @property {string} signal
 * @property {string} environment
 */

/** What each value of each axis means. @type {Record<keyof Cell, Record<string, string>>} */
export const axes = {
  start: {
    thread: "a worker thread",
    spawn: "a fresh Node process",
    forkserver: "a fork of a server process",
    fork: "a fork of the program, under `manyhands run`",
  },
  entry: {
    Process: "`Process`",
    Pool: "`Pool`",
    executor: "`ProcessPoolExecutor`",
    Manager: "a class that a `Manager` hosts",
  },
  loader: {
    mjs: "JavaScript modules",
    cjs: "CommonJS",
    tsx: "TypeScript by `--import=tsx`",
    strip: "TypeScript by Node's type stripping",
    import: "`--import` of a module that awaits",
    "node-options": "TypeScript by `NODE_OPTIONS=--import=tsx`",
    register: "hooks by `module.register()`",
    bundle: "TypeScript, bundled by esbuild",
  },
  fn: {
    closure: "an arrow function that captures a variable",
    exported: "a function that another module exports",
    reference: "`{ module, name }`",
    method: "a method of an object",
    async: "an async function",
    generator: "a generator function",
    subclass: "`run()` of a subclass",
  },
  value: {
    number: "a number",
    large: "a text of 2 MB, there and back",
    bytes: "a typed array",
    error: "an error with a code and a cause",
  },
  end: {
    return: "the function returns",
    throw: "the function throws",
    exit: "the function calls `process.exit(3)`",
    rejection: "the function leaves a rejection unhandled",
    kill: "a signal ends the child",
    terminate: "the program terminates the child",
    close: "the program closes while the function runs",
    group: "a signal to the process group makes the program drain",
    orphan: "SIGKILL ends the program",
  },
  signal: { none: "no signal", SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGKILL: "SIGKILL" },
  environment: {
    plain: "nothing special",
    descriptors: "at most 64 descriptors",
    tmpdir: "a read-only `TMPDIR`",
    cwd: "a deleted working directory",
    coverage: "`NODE_V8_COVERAGE`",
    busy: "two busy loops on the processors",
  },
};

/**
 * Cells by the values of some axes, and by Node's release lines. An axis without a name here has any value.
 *
 * @typedef {object} Part
 * @property {Partial<Record<keyof Cell, readonly string[]>>} cells
 * @property {readonly number[]} [lines] default: all
 */

/**
 * Combinations that cannot exist, each with its reason. They are not run.
 *
 * @type {readonly (Part & { why: string })[]}
 */
export const exclusions = [
  { cells: { loader: ["strip"] }, lines: [20], why: "Node 20 has no type stripping" },
  {
    cells: {
      end: Object.keys(axes.end).filter((end) => !/kill|group/.test(end)),
      signal: ["SIGTERM", "SIGINT", "SIGKILL"],
    },
    why: "no signal is sent",
  },
  { cells: { end: ["kill", "group"], signal: ["none"] }, why: "a signal is sent" },
  { cells: { end: ["group"], signal: ["SIGKILL"] }, why: "SIGKILL ends the program as well, which cannot drain" },
  {
    cells: { start: ["thread"], entry: ["Pool", "executor"], end: ["kill"] },
    why: "a worker thread has no process id of its own that takes a signal",
  },
  {
    cells: { entry: ["Pool", "executor", "Manager"], fn: ["subclass"] },
    why: "only `Process` has a `run()` to override",
  },
  {
    cells: { start: ["thread"], environment: ["cwd"] },
    why: "Node cannot start a worker thread in a deleted working directory",
  },
  {
    cells: { loader: ["register"], environment: ["cwd"] },
    why: "Node runs the hooks on a thread, which it cannot start in a deleted working directory",
  },
  {
    cells: { start: ["fork"], entry: ["Process"], loader: ["tsx", "node-options"] },
    lines: [22, 24, 26],
    why: "tsx has requests under way while the program's first line runs, and `Process.start()` is refused then: `await setTimeout(100)` before it, or let Node load TypeScript itself",
  },
  {
    cells: { loader: ["tsx", "node-options"], environment: ["tmpdir", "cwd"] },
    why: "tsx itself needs a working directory, and a folder for what it compiled",
  },
];

/**
 * Cells that fail today, each with the number of its point in the list of known faults. A run reports them apart, and
 * says when one passes.
 *
 * @type {readonly (Part & { point: string })[]}
 */
export const knownFaults = [];

/** @param {Part} part @param {Cell} cell @param {number} line */
const contains = ({ cells, lines }, cell, line) =>
  (lines === undefined || lines.includes(line)) &&
  Object.entries(cells).every(([axis, values]) => values.includes(cell[/** @type {keyof Cell} */ (axis)]));

/** The release line of the Node that runs this. */
export const ownLine = Number.parseInt(process.versions.node, 10);

/** Why a cell cannot exist; `undefined` when it can. @param {Cell} cell @param {number} line */
export const whyExcluded = (cell, line) => exclusions.find((part) => contains(part, cell, line))?.why;

/** @param {Cell} cell @param {number} line */
export const knownFault = (cell, line) => knownFaults.find((part) => contains(part, cell, line))?.point;

/** A cell as text, for titles and the command line. @param {Cell} cell */
export const nameOf = (cell) => axisNames.map((axis) => cell[axis]).join(",");

/** @param {string} name @returns {Cell} */
export function cellOf(name) {
  const values = name.split(",");
  const cell = /** @type {Cell} */ (Object.fromEntries(axisNames.map((axis, i) => [axis, values[i]])));
  for (const axis of axisNames) {
    if (!(cell[axis] in axes[axis]))
      throw new RangeError(
        `Cannot read cell ${name}: ${axis} is ${cell[axis]}, write ${Object.keys(axes[axis]).join(" | ")}`,
      );
  }
  return cell;
}

export const axisNames = /** @type {(keyof Cell)[]} */ (Object.keys(axes));
