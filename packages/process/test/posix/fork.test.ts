import { describe, expect, it } from "vitest";
import { fork } from "../../src/posix.ts";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

describe("fork()", () => {
  it("throws and names the command that starts a program fork-ready", () => {
    expect(() => fork()).toThrow(canFork ? /npx manyhands run/ : /real fork of Node/);
  });
});

describe.runIf(canFork)("fork() of a fork-ready program", () => {
  it("returns 0 in the child and the pid in the parent, and waitpid(-1) reaps every child", async () => {
    const { code, out } = await runForkReady(`
      import { fork, getpid, getppid, waitpid, WEXITSTATUS, WIFEXITED } from "POSIX";
      const parent = getpid();
      const pids = [];
      for (let i = 0; i < 3; i++) {
        const pid = fork();
        if (pid === 0) process.exit(getppid() === parent && process.pid === getpid() && getpid() !== parent ? i : 99);
        pids.push(pid);
      }
      const got = [];
      for (let i = 0; i < 3; i++) got.push(await waitpid(-1));
      console.log(got.every(({ pid, status }) => WIFEXITED(status) && WEXITSTATUS(status) === pids.indexOf(pid)));
      console.log(await waitpid(-1).catch((error) => error.code));`);
    expect({ code, out }).toEqual({ code: 0, out: ["true", "ECHILD"] });
  });

  it("gives children whose exit code or signal waitpid() reports", async () => {
    const { out } = await runForkReady(`
      import { _exit, fork, kill, waitpid, waitpidSync, WEXITSTATUS, WIFSIGNALED, WTERMSIG } from "POSIX";
      const ended = async (inChild) => {
        const pid = fork();
        if (pid !== 0) return (await waitpid(pid)).status;
        await inChild();
        return new Promise(() => {});
      };
      console.log(WEXITSTATUS(await ended(() => _exit(5))), WEXITSTATUS(await ended(() => process.exit(300))));
      const killed = await ended(() => kill(process.pid, "SIGKILL"));
      console.log(WIFSIGNALED(killed), WTERMSIG(killed));
      const hanging = fork();
      if (hanging === 0) for (;;);
      console.log(await waitpid(hanging, { noHang: true }));
      kill(hanging, 15);
      console.log(WTERMSIG(waitpidSync(hanging).status));`);
    expect(out).toEqual(["5 44", "true 9", "null", "15"]);
  });

  it("gives the child a copy of the parent's memory", async () => {
    const { out } = await runForkReady(`
      import { fork, waitpid } from "POSIX";
      const big = Buffer.alloc(64 << 20, 7);
      const secret = Symbol("secret");
      const closure = () => [secret.description, big.at(-1)];
      if (fork() === 0) {
        console.log(...closure());
        big.fill(1);
      } else {
        await waitpid(-1);
        console.log(...closure());
      }`);
    expect(out).toEqual(["secret 7", "secret 7"]);
  });

  it("continues only the caller in the child, without timers and servers of the parent", async () => {
    const { out } = await runForkReady(`
      import { connect, createServer } from "node:net";
      import { fork, getpid, waitpid } from "POSIX";
      const parent = getpid();
      const inChild = (name) => getpid() === parent || console.log(name, "in the child");
      const server = createServer((socket) => { inChild("connection"); socket.end("from " + (getpid() === parent ? "parent" : "child")); });
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const every = setInterval(() => inChild("interval"), 1);
      setImmediate(() => inChild("immediate"));
      const child = fork();
      if (child === 0) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        console.log("child done");
      } else {
        const answers = await Promise.all(Array.from({ length: 5 }, () => new Promise((resolve) => {
          connect(server.address().port, "127.0.0.1").on("data", (data) => resolve(String(data)));
        })));
        console.log([...new Set(answers)].join());
        await waitpid(child);
        clearInterval(every);
        server.close();
      }`);
    expect(out.sort()).toEqual(["child done", "from parent"]);
  });

  it("creates a child that no thread or port of the parent keeps alive", async () => {
    const { out } = await runForkReady(`
      import { once } from "node:events";
      import { MessageChannel, Worker } from "node:worker_threads";
      import { fork, waitpid, WEXITSTATUS } from "POSIX";
      const busy = new Worker("setInterval(() => {}, 1000)", { eval: true });
      await once(busy, "online");
      const { port1 } = new MessageChannel();
      port1.on("message", () => {});
      const pid = fork();
      if (pid === 0) {
        const own = new Worker("require('node:worker_threads').parentPort.on('message', () => {}).postMessage(7)", { eval: true });
        [process.exitCode] = await once(own, "message");
        await own.terminate();
      } else {
        console.log(WEXITSTATUS((await waitpid(pid)).status));
        port1.close();
        await busy.terminate();
      }`);
    expect(out).toEqual(["7"]);
  });

  it("throws while a request is under way, while output is buffered, and in a thread", async () => {
    const { out } = await runForkReady(`
      import { once } from "node:events";
      import { lookup } from "node:dns/promises";
      import { Worker } from "node:worker_threads";
      import { fork } from "POSIX";
      const refused = (reason) => { try { fork(); } catch ({ code, message }) { return code + " " + reason.test(message); } };
      const lookingUp = lookup("localhost");
      console.log(refused(/under way \\(GetAddrInfoReqWrap\\).* await them first/));
      await lookingUp;
      process.stdout.cork();
      console.log("buffered!");
      const refusal = refused(/10 bytes for stdout .* uncork/);
      process.stdout.uncork();
      console.log(refusal);
      const text = "import('POSIX').then(({ fork }) => { try { fork(); } catch ({ message }) { console.log(message); } })";
      await once(new Worker(text, { eval: true }), "exit");`);
    expect(out.slice(0, 3)).toEqual(["ERR_MANYHANDS_FORK true", "buffered!", "ERR_MANYHANDS_FORK true"]);
    expect(out[3]).toMatch(/this is a thread.*fork in the main thread/);
    expect(out).toHaveLength(4);
  });

  it("does not print output again that was written before, when it is read slowly", async () => {
    const { out } = await runForkReady(`
      import { fork, waitpid } from "POSIX";
      process.stdout.write("x".repeat(1_000_000) + "\\n");
      if (fork() !== 0) { await waitpid(-1); console.log("parent"); }
      else console.log("child");`);
    expect(out.map((line) => line.length)).toEqual([1_000_000, 5, 6]);
  });

  it("runs each exit handler once, in the process that registered it", async () => {
    const { out } = await runForkReady(`
      import { fork, waitpid } from "POSIX";
      const printAtExit = (text) => process.on("exit", () => console.log(text));
      printAtExit("parent's");
      let again = 0;
      if (fork() !== 0) await waitpid(-1);
      else {
        printAtExit("child's");
        process.on("beforeExit", () => { if (again++ < 2) setTimeout(() => console.log("again"), 1); });
      }`);
    expect(out).toEqual(["again", "again", "child's", "parent's"]);
  });

  it("comes with calls that check arguments and throw errors of the form of Node's", async () => {
    const { out } = await runForkReady(`
      import { _exit, execve, fork, getpid, kill, waitpid, WIFCONTINUED, WIFSTOPPED, WSTOPSIG } from "POSIX";
      const thrown = async (act) => { try { return String(await act()); } catch ({ name, code, errno, syscall, path }) { return [name, code, errno, syscall, path].join(" ").trim(); } };
      for (const act of [
        () => waitpid(1),
        () => waitpid(2 ** 32 + 1),
        () => execve("/no/such/program", ["program"]),
        () => execve("/bin/true", []),
        () => execve("/bin/true\\0", ["true"]),
        () => execve("/bin/true", ["true"], { "A=B": "" }),
        () => kill(getpid(), 0),
        () => kill(getpid(), 1.5),
        () => kill(2 ** 32 - 1, 0),
        () => kill(getpid(), 99),
        () => _exit(),
      ]) console.log(await thrown(act));
      const pid = fork();
      if (pid === 0) for (;;);
      kill(pid, "SIGSTOP");
      const stopped = await waitpid(pid, { untraced: true });
      kill(pid, "SIGCONT");
      const { status } = await waitpid(pid, { continued: true });
      kill(pid, "SIGKILL");
      await waitpid(pid);
      console.log(WIFSTOPPED(stopped.status), WSTOPSIG(stopped.status), WIFCONTINUED(status));`);
    expect(out).toEqual([
      "Error ECHILD -10 waitpid",
      "TypeError",
      "Error ENOENT -2 execve /no/such/program",
      "TypeError",
      "TypeError",
      "TypeError",
      "undefined",
      "TypeError",
      "TypeError",
      "Error EINVAL -22 kill",
      "TypeError",
      "true 19 true",
    ]);
  });

  it("forks a forked child again, and throws after execve() to a Node that is not fork-ready", async () => {
    const { out } = await runForkReady(`
      import { execve, fork, waitpid, WEXITSTATUS } from "POSIX";
      const child = fork();
      if (child === 0) {
        const grandchild = fork();
        process.exit(grandchild === 0 ? 3 : 1 + WEXITSTATUS((await waitpid(grandchild)).status));
      }
      console.log(WEXITSTATUS((await waitpid(child)).status));
      const text = "import('POSIX').then(({ fork }) => { try { fork(); } catch ({ message }) { console.log(message); } })";
      execve(process.execPath, ["node", "-e", text]);`);
    expect(out).toEqual(["4", expect.stringMatching(/not started fork-ready/)]);
  });

  it("creates a child that can use the thread pool, timers, imports and sockets", async () => {
    const { out } = await runForkReady(`
      import { once } from "node:events";
      import { readFile } from "node:fs/promises";
      import { connect, createServer } from "node:net";
      import { fork, waitpid } from "POSIX";
      if (fork() === 0) {
        const [{ gzipSync }, text] = await Promise.all([import("node:zlib"), readFile(process.argv[1], "utf8")]);
        const server = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
        await once(server, "listening");
        const [data] = await once(connect(server.address().port, "127.0.0.1"), "data");
        server.close();
        console.log(gzipSync(text).length > 0, String(data));
      } else await waitpid(-1);`);
    expect(out).toEqual(["true hello"]);
  });

  it("fork() succeeds while a socket has a pending write", async () => {
    const { out } = await runForkReady(`
      import { once } from "node:events";
      import { connect, createServer } from "node:net";
      import { fork, waitpid, WEXITSTATUS } from "POSIX";
      const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
      await once(server, "listening");
      const socket = connect(server.address().port, "127.0.0.1").resume();
      await once(socket, "connect");
      // Too much for one write: libuv watches the socket until it takes the rest, and stops after the last write.
      await new Promise((done) => socket.write(Buffer.alloc(50_000_000), () => setImmediate(done)));
      const pid = fork();
      if (pid === 0) setTimeout(() => process.exit(7), 5);
      else {
        console.log(WEXITSTATUS((await waitpid(pid)).status));
        socket.destroy();
        server.close();
      }`);
    expect(out).toEqual(["7"]);
  });

  it("gives each child random numbers of its own, and prints an uncaught error", async () => {
    const { out, err } = await runForkReady(`
      import { randomUUID } from "node:crypto";
      import { fork, waitpid } from "POSIX";
      randomUUID();
      for (let i = 0; i < 3; i++) if (fork() === 0) { console.log(Math.random(), randomUUID()); process.exit(); }
      for (let i = 0; i < 3; i++) await waitpid(-1);
      if (fork() === 0) throw new RangeError("in the child");
      console.log((await waitpid(-1)).status >> 8);`);
    const drawn = out.slice(0, 3).flatMap((line) => line.split(" "));
    expect(new Set(drawn).size).toBe(6);
    expect(out[3]).toBe("1");
    expect(err).toContain("RangeError: in the child");
  });

  it("creates a pipeline with pipe(), and another program with execve()", async () => {
    const { out } = await runForkReady(`
      import { closeSync, readSync, writeSync } from "node:fs";
      import { execve, fork, pipe, waitpid } from "POSIX";
      const [read, write] = pipe();
      if (fork() === 0) { writeSync(write, "through the pipe"); process.exit(); }
      closeSync(write);
      await waitpid(-1);
      const bytes = Buffer.alloc(100);
      console.log(bytes.toString("utf8", 0, readSync(read, bytes)));
      if (fork() === 0) execve("/bin/echo", ["echo", "another program"], { A: "b" });
      await waitpid(-1);`);
    expect(out).toEqual(["through the pipe", "another program"]);
  });
});
