/** @typedef {import("./axes.js").Cell} Cell */

const values = {
  number: 42,
  large: 2_000_000,
  bytes: [1, 2, 3],
  error: ["RangeError", "given", "E_GIVEN", "the cause"],
};

const codes = { SIGTERM: 15, SIGINT: 2, SIGKILL: 9, none: 0 };
const died = "WorkerDiedError: ERR_MANYHANDS_WORKER_DIED";
const broken = "BrokenProcessPoolError: ERR_MANYHANDS_BROKEN_PROCESS_POOL";
const closed = "ClosedError: ERR_MANYHANDS_CLOSED";
const interrupted = "InterruptError: ERR_MANYHANDS_INTERRUPT";
const disconnected = "BrokenPipeError: ERR_MANYHANDS_BROKEN_PIPE";
const purpose = "RangeError: E_PURPOSE";
const rejected = "RangeError: on purpose";

/**
 * What the program of a cell must print and how it must end.
 *
 * @param {Cell} cell
 * @param {number} line
 * @returns {{ code: number | null, signal: string | null, answer: unknown, err: RegExp }} `err` matches lines of stderr
 *   that may come.
 */
export function expectedOf(cell, line) {
  if (cell.end === "orphan") return { code: null, signal: "SIGKILL", answer: null, err: /./ };
  return { code: 0, signal: null, answer: answerOf(cell, line), err: errOf(cell) };
}

function answerOf(cell, _line) {
  const plain = values[cell.value];
  const value = cell.fn === "generator" ? [plain] : plain;
  switch (cell.entry) {
    case "Process":
      return processAnswer(cell, value);
    case "Pool":
      return poolAnswer(cell, value);
    case "executor":
      return executorAnswer(cell, value);
    default:
      return managerAnswer(cell, value);
  }
}

function processAnswer({ start, end, signal }, value) {
  const bySignal = (name) =>
    name === "SIGINT" && start !== "thread"
      ? { call: interrupted, exitCode: 1 }
      : { call: died, exitCode: -codes[name] };
  switch (end) {
    case "throw":
      return { call: purpose, exitCode: 1 };
    case "exit":
      return { call: died, exitCode: 3 };
    case "rejection":
      return { call: rejected, exitCode: 1 };
    case "kill":
      return bySignal(signal);
    case "terminate":
      return { call: died, exitCode: -15 };
    case "group":
      return start === "thread" ? { call: value, exitCode: 0 } : bySignal(signal);
    default:
      return { call: value, exitCode: 0 };
  }
}

// The workers of a pool belong to their parent: they ignore the signals of a terminal and of a service manager.
const isIgnored = ({ end, signal }) => end === "kill" && signal !== "SIGKILL";

function poolAnswer(cell, value) {
  const { end } = cell;
  const both = (answer) => ({ call: answer, second: answer });
  switch (end) {
    case "return":
      return { ...both(value), after: 2, size: 2, joined: true };
    case "throw":
      return { ...both(purpose), after: 2, size: 2, joined: true };
    case "exit":
    case "rejection":
      return { ...both(died), after: 2, size: 2, joined: true };
    case "kill":
      return { call: isIgnored(cell) ? value : died, second: value, after: 2, size: 2, joined: true };
    case "terminate":
      return { ...both(closed), joined: true };
    default:
      return { ...both(value), joined: true };
  }
}

function executorAnswer(cell, value) {
  const both = (answer) => ({ call: answer, second: answer });
  const { end } = cell;
  if (isIgnored(cell)) return both(value);
  switch (end) {
    case "return":
      return { ...both(value), after: 2 };
    case "throw":
      return { ...both(purpose), after: 2 };
    case "exit":
    case "kill":
    case "terminate":
    case "rejection":
      return both(broken);
    default:
      return both(value);
  }
}

function managerAnswer({ start, end, signal }, value) {
  switch (end) {
    case "throw":
      return { call: purpose };
    case "exit":
    case "rejection":
    case "terminate":
      return { call: disconnected };
    case "kill":
      return { call: signal === "SIGINT" && start !== "thread" ? value : disconnected };
    case "group":
      return { call: value };
    default:
      return { call: value };
  }
}

/** Lines of stderr that belong to the ending: a child prints its uncaught error, a broken executor warns. */
function errOf({ end, entry, loader }) {
  const isUncaught = end === "rejection" || (entry === "Process" && /throw|kill|group/.test(end));
  if (isUncaught || (entry === "executor" && /exit|kill/.test(end))) return /./;
  // Node 26 deprecates the function that this loader calls.
  return loader === "register" ? /DEP0205|--trace-deprecation/ : /^$/;
}
