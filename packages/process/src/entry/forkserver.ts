// The program of the fork server, and of each of its children. Descriptor 3 is the socket to the main program.
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { packageFolder } from "../base/package-files.ts";
import { StreamChannel } from "../channel/stream-channel.ts";
import { dieWithParent } from "../posix/calls/die-with-parent.ts";
import { libc } from "../posix/calls/libc.ts";
import { useInheritedModules } from "../process/child/import-in-fork.ts";
import { runChild } from "../process/child/run-child.ts";
import { adoptIdentity, identity } from "../process/info/process-identity.ts";
import type { StartMessage } from "../process/info/start-message.ts";
import { loadModules } from "../start/child/load-modules.ts";
import { runsOwnProgram } from "../start/child/started-by.ts";
import { openInspector } from "../start/forkserver/child-inspector.ts";
import { ForkServer } from "../start/forkserver/fork-server.ts";
import type { ServerOptions } from "../start/forkserver/fork-server-message.ts";
import type { ForkedChildMessage } from "../start/forkserver/forkserver-method.ts";
import { reportPreloadErrors } from "../start/forkserver/preload-error.ts";
import { warmUp } from "../start/forkserver/warm-up.ts";
import { writeStdioDirectly } from "../start/method/direct-stdio.ts";

runsOwnProgram();
const { parent, mainModule, preload, onPreloadError, preparesChildren } = JSON.parse(
  process.argv[2] ?? "",
) as ServerOptions;
dieWithParent(parent.pid);
// Modules that are preloaded must not take the server's options for the program's arguments.
process.argv.length = 2;
// Modules that are preloaded see that this is not the main process, and start no children.
adoptIdentity({ ...identity(), name: "ForkServer", startMethod: "forkserver", parent, mainModule });
const restoreStdio = writeStdioDirectly();
const server = new ForkServer(3, { preloads: preload !== null, preparesChildren, loadCommon: loadPackage });
reportPreloadErrors(await server.preload(preload ?? []), onPreloadError);
await warmUp();
const [channelEnd, ...stdio] = await server.serve();

// serve() returns only in a child.
stdio.forEach((fd, to) => {
  libc().dup2(fd, to);
  closeSync(fd);
});
restoreStdio();
useInheritedModules();
const channel = new StreamChannel(new Socket({ fd: channelEnd }));
channel.ref(true);
const message = (await channel.next()) as ForkedChildMessage | undefined;
// The program ended before it sent the message.
if (message === undefined) process.exit(1);
const { env, cwd, loaders, execArgv, startMessage } = message;
channel.ref(false);
for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
Object.assign(process.env, env);
process.chdir(cwd);
process.execArgv = [...execArgv];
openInspector(execArgv, env.NODE_OPTIONS);
await loadModules(loaders, cwd);
void runChild(channel, startMessage as StartMessage);

// The package, and what its queues and locks use first. A child would take 30 ms to load and compile it.
async function loadPackage(): Promise<void> {
  const classes = await import(new URL("index.js", packageFolder()).href);
  const { warmUpSharedObjects } = await import("../start/forkserver/warm-up-shared-objects.ts");
  warmUpSharedObjects(classes);
}
