// A line to a Redis that takes its time: passes bytes on after some milliseconds, each way.
//
// Usage: node cluster/slow-line.js PORT MILLISECONDS; prints the port that it listens at
import { connect, createServer } from "node:net";

const [, , port, delayMs] = process.argv;

const pass = (from, to) =>
  from
    .on("data", (bytes) => setTimeout(() => to.write(bytes), Number(delayMs)))
    .on("close", () => to.destroy())
    .on("error", () => {});

const server = createServer((near) => {
  const far = connect(Number(port), "127.0.0.1");
  for (const socket of [near, far]) socket.setNoDelay();
  pass(near, far);
  pass(far, near);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
