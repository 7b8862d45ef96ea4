// A supervisor restarts a child that crashes, with those that depend on it, and ends all in reverse order. In Erlang:
//
//   init([]) -> {ok, {#{strategy => rest_for_one},
//                     [#{id => store, start => {store, start_link, []}},
//                      #{id => web, start => {web, start_link, []}}]}}.
//
// The store crashes once. The web server was started after it, so it ends and starts again too.
import { setTimeout as sleep } from "node:timers/promises";
import { currentProcess, getContext } from "@manyhands/process";
import { Supervisor, type SupervisorEvent } from "@manyhands/process/supervisor";

const { SharedEvent } = getContext("spawn");
const crash = new SharedEvent();

async function runStore(): Promise<void> {
  currentProcess().ready();
  await crash.wait();
  crash.clear();
  process.exit(3);
}

async function runWeb(): Promise<void> {
  currentProcess().ready();
  await sleep(2 ** 30);
}

let webStarts = 0;
function onEvent({ edge, child, exit }: SupervisorEvent): void {
  console.log(child ?? "both", edge, ...(exit === undefined ? [] : [`with exit code ${exit.exitCode}`]));
  if (child !== "web" || edge !== "ready") return;
  webStarts += 1;
  if (webStarts === 1) crash.set();
  else void supervisor.close();
}

const common = { startMethod: "spawn", readyTimeoutMs: 30_000 } as const;
const supervisor = new Supervisor(
  [
    { name: "store", target: runStore, ...common },
    { name: "web", target: runWeb, ...common },
  ],
  { strategy: "restForOne", onEvent },
);
await supervisor.start();
await supervisor.join();

// Output:
// store started
// store ready
// web started
// web ready
// store exited with exit code 3
// web ended
// store restarted
// store ready
// web restarted
// web ready
// web ended
// store ended
// both closed
