// The program of `manyhands doctor --node`: examines what the package uses of Node's internals, and prints one line
// of JSON for each part. It runs in a process of its own, with the options of fork-ready processes: a check may crash
// it.
import { check as checkInspector } from "../callable/source/inspector-check.ts";
import { check as checkSocket } from "../channel/socket-check.ts";
import { check as checkMessage } from "../connection/message-check.ts";
import { check as checkComlink } from "../manager/session/comlink-check.ts";
import { forkRefusal } from "../posix/calls/posix-support.ts";
import { check as checkLoopIteration } from "../posix/node-internals/cancel-loop-iteration.ts";
import { check as checkWaiters } from "../posix/node-internals/cancel-waiters.ts";
import { check as checkInheritedModules } from "../posix/node-internals/inherited-modules.ts";
import { check as checkPending } from "../posix/node-internals/inherited-timers.ts";
import type { InternalCheck } from "../posix/node-internals/internal-check.ts";
import { check as checkInternalModules } from "../posix/node-internals/internal-module.ts";
import { check as checkLibuv } from "../posix/node-internals/libuv.ts";
import { check as checkExit } from "../posix/node-internals/loop-end.ts";
import { check as checkPlatform } from "../posix/node-internals/platform-threads.ts";
import { check as checkModules } from "../posix/node-internals/reseed.ts";
import { check as checkEpoll } from "../posix/node-internals/rewatch-streams.ts";
import { check as checkOwners } from "../posix/node-internals/suppress-handle-events.ts";
import { check as checkExecution } from "../posix/node-internals/v8-execution.ts";
import { check as checkConsole } from "../start/method/console-check.ts";

const everywhere = [checkInspector, checkMessage, checkComlink, checkModules, checkExit];
const forking = [
  checkSocket,
  checkConsole,
  checkInternalModules,
  checkInheritedModules,
  checkPending,
  checkLoopIteration,
  checkOwners,
  checkLibuv,
  checkEpoll,
  checkExecution,
  checkWaiters,
  checkPlatform,
];

function report(check: InternalCheck): void {
  process.stdout.write(`${JSON.stringify(check)}\n`);
}

for (const check of everywhere) report(check());
const refusal = forkRefusal();
if (refusal === null) for (const check of forking) report(check());
else report({ name: "fork", ok: true, detail: `not examined: ${refusal}` });
process.exit();
