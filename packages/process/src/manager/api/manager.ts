import type { TransferListItem } from "node:worker_threads";
import { readTimeout, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { checkTarget } from "../../callable/form/check-target.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { packFunction, packTarget } from "../../callable/pack/pack-target.ts";
import { PortChannel } from "../../channel/port-channel.ts";
import { type Address, placeOf, wholeAddress } from "../../connection/address.ts";
import { checkAuthKey } from "../../connection/authentication.ts";
import { Client } from "../../connection/client.ts";
import { Listener } from "../../connection/listener.ts";
import { type PrivatePath, privatePath } from "../../connection/private-path.ts";
import { identity } from "../../process/info/process-identity.ts";
import { defaultStartMethod } from "../../process/parent/default-start-method.ts";
import { Process } from "../../process/parent/process.ts";
import { program } from "../../start/child/program-path.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { Proxied } from "../client/proxy.ts";
import { RemoteServer, remoteServer } from "../client/remote-server.ts";
import { Server } from "../server/object-server.ts";
import type { ServeSpec } from "../server/serve-manager.ts";
import { standardTypes } from "../server/standard-types.ts";
import type { Factory, RegisterOptions, Registration } from "../server/type-registration.ts";
import { registerType, type TypeTarget, typesOf } from "../server/type-registry.ts";
import { ConnectionChannel } from "../session/connection-channel.ts";
import { StandardCreators } from "./standard-creators.ts";

/** How a manager is made. */
export interface ManagerOptions {
  /** Where it listens, or where the one listens that it connects to. Default: a Unix socket of its own that only this user can reach. */
  readonly address?: Address;
  /** What all who call it must know. Default: the key that this program and its children share. */
  readonly authKey?: Uint8Array;
  /** Default: that of the class's context, or the default start method. */
  readonly startMethod?: StartMethodName;
  /** How long its process may take to end when it is shut down, before it is terminated, and again before it is killed. Default: 1000. */
  readonly shutdownTimeoutMs?: number;
  /** The longest message that it takes or that is taken from it, in bytes. Default: 256 MiB. */
  readonly maxMessageBytes?: number;
}

/** A manager that is served by the program itself. */
export interface ManagerServer {
  readonly address: Address | null;
  /** Takes calls until `shutdown()` is called from outside, or `close()` here. */
  serveForever(): Promise<void>;
  close(): void;
}

type State = "initial" | "started" | "connected" | "serving" | "shut down";

let made = 0;

/**
 * A process that hosts objects, and proxies by which other processes use them.
 *
 * A proxy's methods return promises. Arguments and results are copies; proxies among them stay references, and functions are called
 * back where they are. Objects live as long as anybody has a proxy. Proxies may be sent to children, through queues and through other proxies.
 *
 * @example
 * await using manager = await new Manager().start();
 * const counts = await manager.dict();
 * const children = words.map((word) => new Process(count, { args: [counts, word] }).start());
 * await Promise.all(children.map((child) => child.join()));
 * console.log(await counts.copy());
 *
 * Source: the API is that of Python's `multiprocessing.managers`.
 */
export class Manager extends StandardCreators implements AsyncDisposable {
  /** The start method of instances that name none; contexts bind it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #options: ManagerOptions;
  readonly #startMethod: StartMethodName;
  readonly #key = process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex");
  #state: State = "initial";
  #remote: Promise<RemoteServer> | undefined;
  #address: Address | null;
  #private: PrivatePath | undefined;
  #process: Process | undefined;
  #ending: Promise<void> | undefined;

  /** @throws {TypeError} or {RangeError} when an option is not what it should be. */
  constructor(options: ManagerOptions = {}) {
    super();
    checkOptionKeys("Manager", options, ["address", "authKey", "startMethod", "shutdownTimeoutMs", "maxMessageBytes"]);
    if (options.address !== undefined) placeOf(options.address);
    this.#address = options.address === undefined ? null : wholeAddress(options.address);
    if (options.authKey !== undefined) checkAuthKey(options.authKey);
    readTimeout(options.shutdownTimeoutMs);
    this.#options = options;
    this.#startMethod = startMethod(
      options.startMethod ?? (new.target as typeof Manager).startMethod ?? defaultStartMethod(),
    ).name;
  }

  /**
   * Registers a type, for managers of this class that are started later: a method of its name makes an object of it and gives a proxy.
   *
   * @param name a word; the method's name.
   * @param factory a function or class, or `{ module, name }`; runs in the manager's process.
   * @param options.exposed what proxies may call. Default: all public methods and getters.
   * @param options.methodToType methods whose results are given as proxies.
   * @throws {TypeError} when a name may not be exposed.
   */
  static register(name: string, factory: TypeTarget, options: RegisterOptions = {}): void {
    // biome-ignore lint/complexity/noThisInStatic: a subclass registers for itself
    addType(this, name, factory, options);
  }

  /** Where it listens; `null` before it does. */
  get address(): Address | null {
    return this.#address;
  }

  /** Its process, when this manager started one. */
  get process(): Process | undefined {
    return this.#process;
  }

  override toString(): string {
    return `${this.constructor.name}(${this.#state})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /**
   * Starts the process that hosts the objects.
   *
   * @param initializer called there first. Default: nothing.
   * @throws {ProcessStateError} when it was started, connected or shut down before.
   * @throws what the process fails with: a type's module that is missing, an address in use, what the initializer throws.
   */
  async start(initializer?: Target<AnyFunction>, initArgs: readonly unknown[] = []): Promise<this> {
    if (initializer !== undefined) checkTarget(initializer, "start a manager: its initializer");
    this.#leaveInitial("start", "started");
    this.#remote = this.#launch(initializer, initArgs);
    try {
      await this.#remote;
    } catch (error) {
      this.#state = "shut down";
      this.#private?.remove();
      throw error;
    }
    return this;
  }

  /**
   * Uses a manager that serves at `address`; starts nothing.
   *
   * @throws {AuthenticationError} when it has another key; what Node throws when nobody listens there.
   */
  async connect(options: WaitOptions = {}): Promise<this> {
    this.#leaveInitial("connect", "connected");
    this.#remote = this.#join(options);
    try {
      await this.#remote;
    } catch (error) {
      this.#state = "initial";
      throw error;
    }
    return this;
  }

  /** A server for this manager's types in this very process. @throws {ProcessStateError} unless it is new. */
  getServer(): ManagerServer {
    this.#leaveInitial("serve", "serving");
    const types = new Map<string, Registration>(standardTypes.map((type) => [type.name, type]));
    for (const type of typesOf(this.constructor).values())
      types.set(type.name, { ...type, factory: factoryHere(type) });
    const server = new Server(types, this.#key);
    const listener = new Listener({
      ...(this.#address !== null && { address: this.#address }),
      authKey: this.#options.authKey ?? identity().authKey,
      allowMd5: false,
      maxMessageBytes: this.#maxMessageBytes,
    });
    return {
      get address() {
        return listener.address;
      },
      serveForever: () => server.serve(listener),
      close: () => server.close(),
    };
  }

  /**
   * Makes an object of a type that was registered, and gives a proxy of it.
   *
   * @throws what the type's factory throws; {RemoteError} when there is no such type.
   */
  async create<T = Record<string, (...args: unknown[]) => unknown>>(
    type: string,
    ...args: unknown[]
  ): Promise<Proxied<T>> {
    const remote = await this.#running("make an object");
    return (await remote.call({ to: 0, method: "create", args: [type, ...args], what: `${type}()` })) as Proxied<T>;
  }

  /** How many objects it hosts. */
  async objectCount(): Promise<number> {
    return (await (await this.#running("count")).call({ to: 0, method: "count", args: [], what: "count()" })) as number;
  }

  /**
   * Ends the process that it started; calls in flight fail. Asked first, then terminated, then killed. Twice is fine.
   *
   * @throws {ProcessStateError} when it was not started by this manager.
   */
  shutdown(): Promise<void> {
    if (this.#process === undefined && this.#state !== "shut down") {
      throw new ProcessStateError("Cannot shut a manager down: it did not start one; who started it can");
    }
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Waits for the end of its process. @returns its exit code; `null` when time ran out. */
  async join(options: WaitOptions = {}): Promise<number | null> {
    if (this.#process === undefined) throw new ProcessStateError("Cannot join a manager: it did not start a process");
    return this.#process.join(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process !== undefined) await this.shutdown();
    else if (this.#remote !== undefined) (await this.#remote).close();
  }

  get #maxMessageBytes(): number {
    return this.#options.maxMessageBytes ?? 256 * 2 ** 20;
  }

  #leaveInitial(verb: string, to: State): void {
    if (this.#state !== "initial") {
      throw new ProcessStateError(`Cannot ${verb} a manager: it is ${this.#state} already, make a new one`);
    }
    this.#state = to;
  }

  #running(verb: string): Promise<RemoteServer> {
    if (this.#remote === undefined || this.#state === "shut down") {
      const why =
        this.#state === "initial" ? "it was not started, call start() or connect() first" : "it was shut down";
      return Promise.reject(new ProcessStateError(`Cannot ${verb} in a manager: ${why}`));
    }
    return this.#remote;
  }

  async #launch(initializer: Target<AnyFunction> | undefined, initArgs: readonly unknown[]): Promise<RemoteServer> {
    const { reach } = startMethod(this.#startMethod);
    const transferList: TransferListItem[] = [];
    const pack = (target: Target | TypeTarget) =>
      typeof target === "function"
        ? packFunction(target as AnyFunction, { reach, transferList })
        : packTarget(target as Target, { reach, transferList });
    const types = [...typesOf(this.constructor).values()].map((type) => ({
      ...type,
      factory: pack(type.factory),
    }));
    this.#private = this.#options.address === undefined ? privatePath() : undefined;
    const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
    const ports = reach === "thread" ? new MessageChannel() : undefined;
    const spec: ServeSpec = {
      key: this.#key,
      address: this.#private?.path ?? (this.#address as Address),
      authKey: this.#options.authKey ?? null,
      maxMessageBytes: this.#maxMessageBytes,
      types,
      initializer: initializer === undefined ? null : pack(initializer),
      initArgs,
      port: ports?.port2 ?? null,
    };
    made += 1;
    this.#process = new Process(
      { module: program("manager"), name: "serve" },
      {
        args: [spec],
        name: `Manager-${made}`,
        startMethod: this.#startMethod,
        daemon: true,
        transferList: ports === undefined ? transferList : [...transferList, ports.port2],
      },
    ).start();
    try {
      this.#address = (await this.#process.result()) as Address;
      const remote = remoteServer(this.#key, this.#address);
      remote.authKey = this.#options.authKey;
      if (ports !== undefined) remote.adopt(new PortChannel(ports.port1));
      else await remote.session();
      return remote;
    } catch (error) {
      ports?.port1.close();
      throw error;
    }
  }

  async #join(options: WaitOptions): Promise<RemoteServer> {
    const address = this.#address;
    const { authKey = identity().authKey } = this.#options;
    if (address === null)
      throw new TypeError("Cannot connect to a manager: give its address, new Manager({ address, authKey })");
    const maxMessageBytes = this.#maxMessageBytes;
    const connection = await Client(address, { authKey, allowMd5: false, maxMessageBytes, ...options });
    const channel = new ConnectionChannel(connection);
    const remote = new RemoteServer("", address);
    const session = remote.adopt(channel);
    const told = (await session.call({ to: 0, method: "identify", args: [], what: "connect()", options })) as {
      key: string;
    };
    remote.authKey = authKey;
    remote.recognise(told.key);
    return remote;
  }

  async #end(): Promise<void> {
    this.#state = "shut down";
    const child = this.#process;
    const remote = await this.#remote?.catch(() => undefined);
    const { shutdownTimeoutMs = 1000 } = this.#options;
    if (remote !== undefined && child?.isAlive) {
      const asked = remote.call({ to: 0, method: "shutdown", args: [], what: "shutdown()" }).catch(() => {});
      await withDeadline(asked, { timeoutMs: shutdownTimeoutMs });
    }
    remote?.close();
    this.#private?.remove();
    if (child === undefined) return;
    if ((await child.join({ timeoutMs: shutdownTimeoutMs })) !== null) return;
    child.terminate();
    if ((await child.join({ timeoutMs: shutdownTimeoutMs })) !== null) return;
    child.kill();
    await child.join();
  }
}

function factoryHere({ name, factory }: Registration<TypeTarget>): Factory {
  if (typeof factory === "function") return factory as unknown as Factory;
  throw new TypeError(
    `Cannot serve type ${name} here: give its function or class itself to register(), it runs in this process`,
  );
}

function addType(managers: typeof Manager, name: string, factory: TypeTarget, options: RegisterOptions): void {
  if (taken.has(name)) {
    throw new TypeError(`Cannot register type ${name}: managers have a method of that name; choose another`);
  }
  registerType(managers, name, factory, options);
  if (name in managers.prototype) return;
  Object.defineProperty(managers.prototype, name, {
    value(this: Manager, ...args: unknown[]) {
      return this.create(name, ...args);
    },
    configurable: true,
    writable: true,
  });
}

/** Names that a type's method cannot have; those that make standard objects may be registered anew. */
const taken = new Set([Object.prototype, Manager.prototype].flatMap((object) => Object.getOwnPropertyNames(object)));
