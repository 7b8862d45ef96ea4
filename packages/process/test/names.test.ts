import * as runtime from "@manyhands/process";
import * as engine from "@manyhands/process/engine";
import * as otel from "@manyhands/process/otel";
import * as posix from "@manyhands/process/posix";
import * as supervisor from "@manyhands/process/supervisor";
import { describe, expect, it } from "vitest";

// biome-ignore format: one list
const names = [
  "ALL_COMPLETED", "AsyncResult", "AuthenticationError", "Barrier", "BoundedSemaphore", "BrokenBarrierError", "BrokenPipeError", "BrokenProcessPoolError",
  "BufferTooShortError", "CancelledError", "Client", "CloneError", "ClosedError", "Condition", "Connection", "ConnectionError", "DeadlockError",
  "EndOfFileError", "FIRST_COMPLETED", "FIRST_EXCEPTION", "FileExistsError", "FileNotFoundError", "Future", "InterruptError", "InvalidStateError", "JoinableQueue",
  "KeyError", "Listener", "Lock", "LockStateError", "Logger", "Manager", "ManyhandsError", "MaybeEncodingError",
  "NotShareableError", "PickleError", "Pipe", "Pool", "Process", "ProcessPoolExecutor", "ProcessStateError", "PythonError", "Queue", "QueueEmptyError",
  "QueueFullError", "QueueShutDownError", "RLock", "RemoteError", "Semaphore", "ShareableList", "SharedArray", "SharedEvent", "SharedMemory",
  "SharedValue", "SimpleQueue", "SystemExit", "TargetError", "TimeoutError", "WorkerDiedError", "activeChildren",
  "allowWatching", "answerChallenge", "asCompleted", "callMethod", "carryContext", "cpuCount", "currentProcess", "currentTask",
  "deliverChallenge", "exit", "flushQueues", "getAllStartMethods", "getContext", "getLogger", "getStartMethod", "getValue", "isMain", "keywords",
  "logToStderr", "parentProcess", "progressBar", "ps", "registerClass", "registerError", "setExecutable", "setForkserverPreload", "setSpareWorkers", "setStartMethod", "transfer",
  "wait", "waitFutures", "waitpid",
] as const satisfies readonly (keyof typeof runtime)[];

// biome-ignore format: one list
const posixNames = [
  "WCOREDUMP", "WEXITSTATUS", "WIFCONTINUED", "WIFEXITED", "WIFSIGNALED", "WIFSTOPPED", "WSTOPSIG", "WTERMSIG", "_exit",
  "execve", "fork", "getpid", "getppid", "kill", "pipe", "waitpid", "waitpidSync",
] as const satisfies readonly (keyof typeof posix)[];
const supervisorNames = ["ChildStartError", "RestartLimitError", "Supervisor"] as const;
const engineNames = [
  "deserialize",
  "detachBuffers",
  "isAnswer",
  "isPackedPayload",
  "packErrorOfAnyClass",
  "registerError",
  "relocateTarget",
  "relocateValue",
  "selectEngine",
  "serialize",
] as const;

describe.each<[string, object, readonly string[]]>([
  ["@manyhands/process", runtime, names],
  ["@manyhands/process/posix", posix, posixNames],
  ["@manyhands/process/otel", otel, ["instrument"]],
  ["@manyhands/process/engine", engine, engineNames],
  ["@manyhands/process/supervisor", supervisor, supervisorNames],
])("%s", (_, entry, names) => {
  it("the package exports these names, typed, and no others", {
    tags: ["_TestImportStar.test_import", "MiscTestCase.test__all__"],
  }, () => {
    expect(Object.keys(entry).sort()).toEqual([...names].sort());
  });
});

it("an exported function has its own name after bundling, as stacks and consoles show it", () => {
  for (const [name, value] of Object.entries(runtime)) if (typeof value === "function") expect(value.name).toBe(name);
});
