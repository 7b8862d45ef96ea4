import type { TransferListItem } from "node:worker_threads";
import { readTimeout, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { checkTarget } from "../../callable/form/check-target.ts";
import type { AnyFunction, ModuleTarget, Target } from "../../callable/form/target.ts";
import { packFunction, packTarget } from "../../callable/pack/pack-target.ts";
import { PortChannel } from "../../channel/port-channel.ts";
import { type Address, parseAddress, toAbsolute } from "../../connection/address.ts";
import { checkAuthKey } from "../../connection/authentication.ts";
import { defaultStartMethod } from "../../process/parent/default-start-method.ts";
import type { Process } from "../../process/parent/process.ts";
import { createPrivatePath, type PrivatePath } from "../../socket/private-path.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { ManagerCalls } from "../client/manager-calls.ts";
import { clientFor } from "../client/manager-client.ts";
import type { Proxied } from "../client/proxy.ts";
import type { ManagerSpec } from "../server/serve-manager.ts";
import type { RegisterOptions } from "../server/type-registration.ts";
import { registeredTypes, registerType, type TypeTarget } from "../server/type-registry.ts";
import { connectManager, defaultMaxMessageBytes } from "./connect-manager.ts";
import { createLocalServer, type ManagerServer } from "./local-server.ts";
import type { ManagerOptions } from "./manager-options.ts";
import type { Registered } from "./registered-manager.ts";
import { StandardCreators } from "./standard-creators.ts";
import { startHost } from "./start-host.ts";

type ManagerState = "initial" | "started" | "connected" | "serving" | "shut down";

/**
 * A process that hosts objects; other processes use them through proxies.
 *
 * A proxy's methods return promises. Arguments and results are copied, except that proxies among them stay
 * references, and functions are called back in the process that sent them. An object lives as long as any process has
 * a proxy of it. Proxies can be sent to children, through queues and through other proxies.
 *
 * Source: the API is that of Python's `multiprocessing.managers`.
 *
 * @example
 * await using manager = await new Manager().start();
 * const counts = await manager.dict();
 * const children = words.map((word) => new Process(count, { args: [counts, word] }).start());
 * await Promise.all(children.map((child) => child.join()));
 * console.log(await counts.copy());
 */
export class Manager extends StandardCreators implements AsyncDisposable {
  /** The start method of instances without the option; the classes of contexts override it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #options: ManagerOptions;
  readonly #startMethod: StartMethodName;
  readonly #key = process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex");
  #state: ManagerState = "initial";
  #client: Promise<ManagerCalls> | undefined;
  #address: Address | null;
  readonly #privatePaths: PrivatePath[] = [];
  #process: Process | undefined;
  readonly #owner = process.pid;
  #shutdownDone: Promise<void> | undefined;

  /** @throws {TypeError} or {RangeError} when an option is invalid. */
  constructor(options: ManagerOptions = {}) {
    super();
    checkOptionKeys("Manager", options, optionKeys);
    const { serializer = "v8" } = options;
    if (serializer !== "v8" && serializer !== "pickle") {
      throw new RangeError(`Cannot create a manager: serializer is ${serializer}, write "v8" or "pickle"`);
    }
    if (options.address !== undefined) parseAddress(options.address);
    this.#address = options.address === undefined ? null : toAbsolute(options.address);
    if (options.authKey !== undefined) checkAuthKey(options.authKey);
    readTimeout(options.shutdownTimeoutMs);
    this.#options = options;
    this.#startMethod = startMethod(
      options.startMethod ?? (new.target as typeof Manager).startMethod ?? defaultStartMethod(),
    ).name;
  }

  /**
   * Registers a type for managers of this class that are started later: a method of its name creates an object and
   * returns a proxy.
   *
   * @param name the method's name, a word.
   * @param factory a function or class, or `{ module, name }`; runs in the manager's process. Default: none; a client
   *   needs the name only.
   * @param options.exposed what proxies may call. Default: all public methods and getters.
   * @param options.methodToType methods whose results stay in the manager and are returned as proxies.
   * @returns this class, whose type has the method.
   * @throws {TypeError} when a name must not be exposed.
   *
   * @example
   * class ShopManager extends Manager {}
   * const Shop = ShopManager.register("stock", Stock);
   * await using shop = await new Shop().start();
   * await (await shop.stock()).add(2);
   */
  static register<M extends typeof Manager, N extends string, F extends TypeTarget = ModuleTarget>(
    this: M,
    name: N,
    factory?: F,
    options: RegisterOptions = {},
  ): Registered<M, N, F> {
    // biome-ignore lint/complexity/noThisInStatic: a subclass registers for itself
    addType(this, name, factory, options);
    // biome-ignore lint/complexity/noThisInStatic: as above
    return this as never;
  }

  /** The address at which the manager listens; `null` before it does. */
  get address(): Address | null {
    return this.#address;
  }

  /** The manager's process, if this instance started one. */
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
   * @param initializer called in the new process before it serves. Default: none.
   * @throws {ProcessStateError} when it was started, connected or shut down before.
   * @throws the error that made the process fail: a type's missing module, an address in use, an error of the
   *   initializer.
   */
  async start(initializer?: Target<AnyFunction>, initArgs: readonly unknown[] = []): Promise<this> {
    if (initializer !== undefined) checkTarget(initializer, "start a manager: its initializer");
    this.#leaveInitial("start", "started");
    this.#client = this.#startProcess(initializer, initArgs);
    try {
      await this.#client;
    } catch (error) {
      this.#state = "shut down";
      this.#removePaths();
      throw error;
    }
    return this;
  }

  /**
   * Connects to a manager that serves at `address`; starts no process.
   *
   * @throws {AuthenticationError} when the manager has another key; Node's error when nothing listens at the
   *   address.
   */
  async connect(options: WaitOptions = {}): Promise<this> {
    this.#leaveInitial("connect", "connected");
    this.#client = connectManager(this.#address, this.#options, options);
    try {
      await this.#client;
    } catch (error) {
      this.#state = "initial";
      throw error;
    }
    return this;
  }

  /** A server for this manager's types in this process. @throws {ProcessStateError} unless the manager is new. */
  getServer(): ManagerServer {
    this.#leaveInitial("serve", "serving");
    const types = registeredTypes(this.constructor).values();
    return createLocalServer(types, this.#key, this.#address, this.#options);
  }

  /**
   * Creates an object of a registered type and returns a proxy of it.
   *
   * @throws what the type's factory throws; {RemoteError} when there is no such type.
   */
  // biome-ignore lint/suspicious/noExplicitAny: without a type, nothing is known of the object
  async create<T = any>(type: string, ...args: unknown[]): Promise<Proxied<T>> {
    const client = await this.#connectedClient("create an object");
    return (await client.call({ to: 0, method: "create", args: [type, ...args], what: `${type}()` })) as Proxied<T>;
  }

  /** The number of objects that the manager hosts. */
  objectCount(): Promise<number> {
    return this.callManager("count");
  }

  protected override async callManager<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    const client = await this.#connectedClient(`call ${method}()`);
    return (await client.call({ to: 0, method, args, what: `${method}()` })) as T;
  }

  /**
   * Ends the process that this instance started; calls in flight fail. Asks it to exit, then terminates it, then
   * kills it. Idempotent.
   *
   * @throws {ProcessStateError} when this instance did not start a process.
   */
  shutdown(): Promise<void> {
    if (this.#isInherited || (this.#process === undefined && this.#state !== "shut down")) {
      throw new ProcessStateError(
        "Cannot shut down a manager: this instance did not start it, call shutdown() where it was started",
      );
    }
    this.#shutdownDone ??= this.#shutDown();
    return this.#shutdownDone;
  }

  /** Waits for the process to exit. @returns its exit code; `null` when time ran out. */
  async join(options: WaitOptions = {}): Promise<number | null> {
    if (this.#process === undefined)
      throw new ProcessStateError(
        "Cannot join a manager: this instance did not start it, call join() where it was started",
      );
    return this.#process.join(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process !== undefined && !this.#isInherited) await this.shutdown();
    else if (this.#client !== undefined) (await this.#client).close();
  }

  /** Whether this process is a fork of the one that made this instance. */
  get #isInherited(): boolean {
    return this.#owner !== process.pid;
  }

  #leaveInitial(verb: string, to: ManagerState): void {
    if (this.#state !== "initial") {
      throw new ProcessStateError(`Cannot ${verb} a manager: it is ${this.#state} already, create a new one`);
    }
    this.#state = to;
  }

  #connectedClient(verb: string): Promise<ManagerCalls> {
    if (this.#client === undefined || this.#state === "shut down") {
      const why =
        this.#state === "initial" ? "it was not started, call start() or connect() first" : "it was shut down";
      return Promise.reject(new ProcessStateError(`Cannot ${verb} in a manager: ${why}`));
    }
    return this.#client;
  }

  async #startProcess(
    initializer: Target<AnyFunction> | undefined,
    initArgs: readonly unknown[],
  ): Promise<ManagerCalls> {
    const { reach } = startMethod(this.#startMethod);
    const transferList: TransferListItem[] = [];
    const pack = (target: Target | TypeTarget) =>
      typeof target === "function"
        ? packFunction(target as AnyFunction, { reach, transferList })
        : packTarget(target as Target, { reach, transferList });
    const types = [...registeredTypes(this.constructor).values()].map((type) => ({
      ...type,
      factory: pack(type.factory),
    }));
    const isPython = this.#options.serializer === "pickle";
    const given = this.#address ?? this.#createPath();
    const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
    const ports = reach === "thread" ? new MessageChannel() : undefined;
    const spec: ManagerSpec = {
      key: this.#key,
      address: isPython ? this.#createPath() : given,
      pythonAddress: isPython ? given : null,
      authKey: this.#options.authKey ?? null,
      maxMessageBytes: this.#options.maxMessageBytes ?? defaultMaxMessageBytes,
      types,
      initializer: initializer === undefined ? null : pack(initializer),
      initArgs,
      port: ports?.port2 ?? null,
    };
    if (ports !== undefined) transferList.push(ports.port2);
    try {
      const { address, pythonAddress } = await startHost(spec, this.#startMethod, transferList, (host) => {
        this.#process = host;
      });
      this.#address = pythonAddress ?? address;
      const client = clientFor(this.#key, address);
      client.authKey = this.#options.authKey;
      if (ports !== undefined) client.openSession(new PortChannel(ports.port1));
      else await client.session();
      return client;
    } catch (error) {
      ports?.port1.close();
      throw error;
    }
  }

  #createPath(): string {
    const created = createPrivatePath();
    this.#privatePaths.push(created);
    return created.path;
  }

  #removePaths(): void {
    for (const path of this.#privatePaths) path.remove();
  }

  async #shutDown(): Promise<void> {
    this.#state = "shut down";
    const child = this.#process;
    const client = await this.#client?.catch(() => undefined);
    const { shutdownTimeoutMs = 1000 } = this.#options;
    client?.expectEnd();
    if (client !== undefined && child?.isAlive) {
      const done = client.call({ to: 0, method: "shutdown", args: [], what: "shutdown()" }).catch(() => {});
      await withDeadline(done, { timeoutMs: shutdownTimeoutMs });
    }
    client?.close();
    this.#removePaths();
    if (child === undefined) return;
    if ((await child.join({ timeoutMs: shutdownTimeoutMs })) !== null) return;
    child.terminate();
    if ((await child.join({ timeoutMs: shutdownTimeoutMs })) !== null) return;
    child.kill();
    await child.join();
  }
}

const optionKeys = ["address", "authKey", "startMethod", "shutdownTimeoutMs", "maxMessageBytes", "serializer"];

function addType(
  managers: typeof Manager,
  name: string,
  factory: TypeTarget | undefined,
  options: RegisterOptions,
): void {
  if (name === "then") {
    throw new TypeError("Cannot register type then: a manager would be taken for a promise; choose another name");
  }
  if (reservedNames.has(name)) {
    throw new TypeError(`Cannot register type ${name}: managers have a method of that name; choose another name`);
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

/**
 * Names that a type must not have. Not those of {@link StandardCreators}: a program may replace the standard types.
 */
const reservedNames = new Set(
  [Object.prototype, Manager.prototype].flatMap((object) => Object.getOwnPropertyNames(object)),
);
