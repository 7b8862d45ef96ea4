// The programs of a measurement, which are ended when it is over.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

export class Programs {
  #children = [];

  /** Starts a program, and waits until its output matches. @returns the match, and its process. */
  async start(program, args, pattern) {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#children.push(child);
    let text = "";
    for await (const piece of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      text += piece;
      const match = pattern.exec(text);
      if (match !== null) {
        child.stdout.resume();
        return { match, child };
      }
    }
    throw new Error(`${program} ${args.join(" ")} has ended: ${text}`);
  }

  /** Starts a Redis that keeps nothing. @returns its port. */
  async startRedis() {
    const port = await freePort();
    const server = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    await this.start("redis-server", [...server, "--maxmemory-policy", "noeviction"], /Ready to accept connections/);
    return port;
  }

  async end() {
    for (const child of this.#children.reverse()) {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
