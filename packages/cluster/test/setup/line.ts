import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A direction of a line. */
export type LineDirection = "to server" | "to client";

/**
 * A line to a server of a test, which can be slow or cut. While it is cut, bytes wait and the sockets stay open, as on
 * a network that loses packets for a while.
 */
export class TestLine {
  /** The port of the server of connections that are made from now on. */
  serverPort: number;
  /** How long bytes take in each direction, in milliseconds. */
  delayMs = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #cut = new Set<LineDirection>();
  #waiting: (() => void)[] = [];

  private constructor(serverPort: number, server: Server) {
    this.serverPort = serverPort;
    this.#server = server;
    server.on("connection", (near) => this.#join(near, connect(this.serverPort, "127.0.0.1")));
  }

  static async start(serverPort: number): Promise<TestLine> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TestLine(serverPort, server);
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Lets the bytes of some directions wait. */
  cut(...directions: LineDirection[]): void {
    for (const direction of directions) this.#cut.add(direction);
  }

  /** Passes the bytes that wait, and all others again. */
  restore(): void {
    this.#cut.clear();
    for (const pass of this.#waiting.splice(0)) pass();
  }

  /** Ends the connections, as a server does that exits. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#waiting = [];
  }

  /** Loses the bytes that wait; connections that are made from now on work. Those that there are stay silent. */
  forget(): void {
    for (const socket of this.#sockets) socket.removeAllListeners("data").resume();
    this.#waiting = [];
    this.#cut.clear();
  }

  async close(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket, far: Socket): void {
    this.#pass("to server", near, far);
    this.#pass("to client", far, near);
  }

  #pass(direction: LineDirection, from: Socket, to: Socket): void {
    this.#sockets.add(from.setNoDelay());
    from.on("data", (bytes) => {
      const pass = () => void to.write(bytes);
      if (this.#cut.has(direction)) this.#waiting.push(pass);
      else if (this.delayMs > 0) setTimeout(pass, this.delayMs);
      else pass();
    });
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
