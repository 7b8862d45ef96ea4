// The program of the fork server, and then of each of its children. The socket to its program is on descriptor 3.
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { importerAt } from "../callable/load/importer.ts";
import { StreamChannel } from "../channel/stream-channel.ts";
import { dieWithParent } from "../posix/calls/die-with-parent.ts";
import { libc } from "../posix/calls/libc.ts";
import { runChild } from "../process/child/run-child.ts";
import type { Boot } from "../process/info/start-message.ts";
import { ForkServer } from "../start/forkserver/fork-server.ts";
import type { ServerBoot } from "../start/forkserver/fork-server-message.ts";
import type { ForkBoot } from "../start/forkserver/forkserver-method.ts";
import { rehearse } from "../start/forkserver/warm-up.ts";
import { borrowStdio } from "../start/method/borrowed-stdio.ts";

const SIGINT = 2;
const SIG_IGN = 1n;

const { parent, preload, forksAhead } = JSON.parse(process.argv[2] ?? "") as ServerBoot;
dieWithParent(parent);
// A Ctrl-C at the terminal is for the program and its children, which decide for themselves.
libc().signal(SIGINT, SIG_IGN);
const giveBackStdio = borrowStdio();
const server = new ForkServer(3, forksAhead);
await server.preload(preload);
await rehearse();
const [channelEnd, ...stdio] = await server.serve();

// From here on this is a child.
stdio.forEach((fd, to) => {
  libc().dup2(fd, to);
  closeSync(fd);
});
giveBackStdio();
const channel = new StreamChannel(new Socket({ fd: channelEnd }));
channel.ref(true);
channel.receive(async ({ env, cwd, imports, execArgv, boot }: ForkBoot) => {
  channel.ref(false);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.execArgv = [...execArgv];
  if (imports.length > 0) {
    const importFrom = importerAt(pathToFileURL(`${cwd}/program.js`).href);
    for (const module of imports) await importFrom(module);
  }
  await runChild(channel, boot as Boot);
});
