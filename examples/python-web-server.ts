// An example of Python's `multiprocessing` page up to version 2.7: HTTP servers in processes that share one listening
// socket.

import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { Process, SharedEvent, setStartMethod } from "@manyhands/process";

setStartMethod("spawn");

async function serve(server: Server, stop: SharedEvent): Promise<number> {
  let served = 0;
  const http = createHttpServer((_, response) => {
    served++;
    response.setHeader("connection", "close").end("hello");
  });
  server.on("connection", (socket) => http.emit("connection", socket));
  await stop.wait();
  server.close();
  await once(server, "close");
  return served;
}

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const stop = new SharedEvent();
const children = [1, 2, 3].map(() => new Process(serve, { args: [server, stop] }).start());

const texts = await Promise.all(
  Array.from({ length: 30 }, async () => (await fetch(`http://127.0.0.1:${port}`)).text()),
);
console.log(texts.every((text) => text === "hello"));
stop.set();
server.close();
const served = await Promise.all(children.map((child) => child.result()));
console.log(served.reduce((sum, count) => sum + count));

// Output:
// true
// 30
