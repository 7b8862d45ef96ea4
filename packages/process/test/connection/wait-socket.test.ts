import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { wait } from "@manyhands/process";
import { expect, it } from "vitest";

for (const [pauseMs, id] of [
  [0, "TestWait.test_wait_socket"],
  [3, "TestWait.test_wait_socket_slow"],
] as const) {
  it(`wait() returns every readable socket until all have ended, when messages are sent ${pauseMs} ms apart`, {
    tags: [id],
  }, async () => {
    const server = createServer();
    const accepted: Socket[] = [];
    server.on("connection", (socket) => accepted.push(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const clients = [0, 1, 2, 3].map(() => connect(port, "127.0.0.1"));
    while (accepted.length < 4) await once(server, "connection");
    const sent = clients.map(async (client, i) => {
      for (let j = 0; j < 10; j++) {
        client.write(`${i}${j}\n`);
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      client.end();
    });
    const open = new Set(accepted);
    let text = "";
    while (open.size > 0) {
      for (const socket of await wait(open)) {
        const piece = socket.read();
        if (piece === null) open.delete(socket);
        else text += piece;
      }
    }
    await Promise.all(sent);
    expect(text.trim().split("\n").sort()).toHaveLength(40);
    server.close();
  });
}
