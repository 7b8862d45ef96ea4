import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { TargetError } from "@manyhands/process";
import {
  type CarriedContext,
  isAnswer,
  isPackedPayload,
  type MessageToPool,
  type MessageToWorker,
  type ModuleRequest,
  type PackedFunction,
  type Payload,
  packErrorOfAnyClass,
  type Relocation,
  type RunMessage,
  relocateTarget,
  relocateValue,
  type TaskMessage,
  type WorkerBoot,
} from "@manyhands/process/engine";
import { isImported } from "./needs.ts";
import { type FileHash, hashOfFile, isBelow, isOwnModule } from "./program-file.ts";
import { moveUrl, type Roots, rootPath } from "./roots.ts";

/** What a worker program lets clients run. */
export interface AdmissionOptions {
  readonly roots: Roots;
  /** Whether functions may be sent as text, and modules may be outside of the root. */
  readonly allowsCode: boolean;
}

/** A message of a pool that has no tasks. */
export type ControlMessage = Extract<MessageToWorker, { readonly type: "cancel" | "ping" | "leave" }>;

type PackedError = ReturnType<typeof packErrorOfAnyClass>;

/** A run message after the check: the tasks that may run, and answers for the others. */
export interface AdmittedRun {
  readonly message: MessageToWorker;
  /** How many tasks of the message run. */
  readonly tasks: number;
  readonly answers: readonly MessageToPool[];
}

/**
 * Decides what a client may run on this machine, and translates the URLs of modules between the client's folders and
 * those of this machine. Messages are checked before any of their code or modules is loaded.
 */
export class Admission {
  readonly #allowsCode: boolean;
  readonly #own: Roots;
  readonly #client: Roots;
  readonly #inbound: Relocation;
  readonly #outbound: Relocation;
  /** The errors of the functions and values that were refused, by id: later tasks use them too. */
  readonly #refused = new Map<number, PackedError>();
  /** The modules as the client has them: their hashes by their paths below its root. */
  readonly #clientHashes = new Map<string, string>();
  readonly #contexts = new WeakMap<CarriedContext, PackedError | undefined>();

  constructor({ roots, allowsCode }: AdmissionOptions, client: Roots) {
    this.#allowsCode = allowsCode;
    this.#own = roots;
    this.#client = client;
    this.#inbound = {
      url: (url) => this.#moduleUrl(url),
      script: (url) => moveUrl(url, client.program, roots.program) ?? url,
      request: (request) => this.#request(request),
      packageModule: (url) => this.#runtimeUrl(url, client.runtime, roots.runtime),
      check: (fn) => this.#check(fn),
    };
    const back = (url: string) => moveUrl(url, roots.program, client.program) ?? url;
    this.#outbound = {
      url: back,
      script: back,
      request: ({ specifier, from, attributes }) => ({
        specifier: back(specifier),
        from: from === null ? null : back(from),
        attributes,
      }),
      packageModule: (url) => moveUrl(url, roots.runtime, client.runtime) ?? url,
      check: () => {},
    };
  }

  /**
   * Checks a message that has no tasks.
   *
   * @throws {TargetError} when the reason of a cancellation may not be read here; {TypeError} for a message that is
   *   checked by another method.
   */
  control(message: ControlMessage): void {
    if (message.type === "cancel") relocateValue(message.reason, this.#inbound);
    else if (message.type !== "ping" && message.type !== "leave") {
      throw new TypeError("Cannot pass on a message: it is no cancellation, ping or leave");
    }
  }

  /** @throws {TargetError} when the initializer may not run here. */
  boot(boot: WorkerBoot): WorkerBoot {
    relocateValue(boot.initArgs, this.#inbound);
    return {
      ...boot,
      cwd: null,
      nice: null,
      initializer: boot.initializer === null ? null : relocateTarget(boot.initializer, this.#inbound),
    };
  }

  /**
   * Checks a run message, which was read from bytes and belongs to the caller alone.
   *
   * @param modules modules of its functions as the client has them. Others are not compared. Default: none.
   */
  run(message: RunMessage | readonly TaskMessage[], modules: readonly FileHash[] = []): AdmittedRun {
    for (const [path, hash] of modules) this.#clientHashes.set(path, hash);
    const known = "type" in message ? this.#checkKnown(message) : undefined;
    const tasks: TaskMessage[] = [];
    const answers: MessageToPool[] = [];
    for (const task of "type" in message ? message.tasks : message) {
      const error = this.#refusalOf(task);
      if (error === undefined) tasks.push(task);
      else answers.push([task[0], 0, [], [[null, error]]]);
    }
    return { message: known === undefined ? tasks : { ...known, tasks }, tasks: tasks.length, answers };
  }

  /** Translates a message of the worker for the client. */
  answer(message: MessageToPool): MessageToPool {
    if (isAnswer(message)) {
      const [, , values, errors = []] = message;
      this.#relocatePayload(values, this.#outbound);
      for (const [, error] of errors) relocateValue(error, this.#outbound);
    } else if (message.type === "failed") relocateValue(message.error, this.#outbound);
    return message;
  }

  #checkKnown(message: RunMessage): RunMessage {
    for (const id of message.forget) this.#refused.delete(id);
    const admitted = <T>(items: readonly (readonly [id: number, T])[], change: (item: T) => T) =>
      items.flatMap(([id, item]): (readonly [number, T])[] => {
        const error = this.#try(() => [id, change(item)] as const);
        if (!("refused" in error)) return [error];
        this.#refused.set(id, error.refused);
        return [];
      });
    return {
      type: "run",
      tasks: [],
      forget: message.forget,
      functions: admitted(message.functions, (target) => relocateTarget(target, this.#inbound)),
      values: admitted(message.values, (value) => {
        relocateValue(value, this.#inbound);
        return value;
      }),
    };
  }

  #refusalOf([, functionId, input, , , , repeated = [], context]: TaskMessage): PackedError | undefined {
    for (const id of [functionId, ...repeated.map(([, id]) => id)]) {
      const known = this.#refused.get(id);
      if (known !== undefined) return known;
    }
    const tried = this.#try(() => {
      this.#relocatePayload(input, this.#inbound);
      return {};
    });
    return "refused" in tried ? tried.refused : context && this.#refusalOfContext(context);
  }

  // Tasks of one message may have the same context.
  #refusalOfContext(context: CarriedContext): PackedError | undefined {
    if (this.#contexts.has(context)) return this.#contexts.get(context);
    const tried = this.#try(() => {
      for (const [identity, , packed] of context) {
        if (identity.module !== null) Object.assign(identity, { module: this.#moduleUrl(identity.module) });
        if (packed !== undefined) relocateValue(packed, this.#inbound);
      }
      return {};
    });
    const refused = "refused" in tried ? tried.refused : undefined;
    this.#contexts.set(context, refused);
    return refused;
  }

  #relocatePayload(payload: Payload, relocation: Relocation): void {
    if (isPackedPayload(payload)) relocateValue(payload.packed, relocation);
  }

  #try<T extends object>(action: () => T): T | { readonly refused: PackedError } {
    try {
      return action();
    } catch (error) {
      return { refused: packErrorOfAnyClass(error, "machine") };
    }
  }

  #check(fn: PackedFunction): void {
    if (this.#allowsCode || isImported(fn)) return;
    const name = fn.by === "text" && fn.name !== "" ? `the function ${fn.name}` : "a function";
    throw new TargetError(
      `Cannot run ${name} on ${hostname()}: its worker program takes no code, only exports of modules below its root; ` +
        "export the function from a module, or start the worker program with --allow-code",
    );
  }

  #moduleUrl(url: string): string {
    const moved = moveUrl(url, this.#client.program, this.#own.program);
    if (moved !== undefined && (this.#allowsCode || isOwnModule(moved, this.#own.program))) {
      return this.#existing(moved, url);
    }
    if (moved === undefined && moveUrl(url, this.#client.runtime, "") !== undefined) {
      return this.#runtimeUrl(url, this.#client.runtime, this.#own.runtime);
    }
    if (this.#allowsCode) return url;
    throw new TargetError(
      `Cannot import ${url} on ${hostname()}: it is not a module below the client's root, ` +
        `${rootPath(this.#client.program)}; move it there, or start the worker program with --allow-code`,
    );
  }

  #existing(moved: string, url: string): string {
    const { program } = this.#client;
    const path = url.slice(program.length);
    const [root, own] = [rootPath(program), rootPath(this.#own.program)];
    if (!existsSync(fileURLToPath(moved))) {
      throw new TargetError(
        `Cannot import ${path} on ${hostname()}: the client's root is ${root}, and ${own} there has no such file; ` +
          "start the worker program with --root FOLDER",
      );
    }
    const hash = this.#clientHashes.get(path);
    if (hash === undefined || hash === hashOfFile(moved)) return moved;
    throw new TargetError(
      `Cannot import ${path} on ${hostname()}: it differs in ${own} there and in the client's root, ${root}; ` +
        "install the same version of the program on both",
    );
  }

  #runtimeUrl(url: string, from: string, to: string): string {
    const moved = moveUrl(url, from, to);
    if (moved !== undefined && isBelow(moved, to)) return moved;
    throw new TargetError(`Cannot import ${url} on ${hostname()}: it is no module of @manyhands/process`);
  }

  #request({ specifier, from, attributes }: ModuleRequest): ModuleRequest {
    if (/^\.{0,2}\//.test(specifier) && from !== null) {
      return { specifier: this.#moduleUrl(new URL(specifier, from).href), from: null, attributes };
    }
    if (specifier.startsWith("file:")) return { specifier: this.#moduleUrl(specifier), from: null, attributes };
    if (this.#allowsCode) {
      const moved = from === null ? null : (moveUrl(from, this.#client.program, this.#own.program) ?? from);
      return { specifier, from: moved, attributes };
    }
    throw new TargetError(
      `Cannot import ${specifier} on ${hostname()}: its worker program imports only modules below its root; ` +
        "export a function that uses it from such a module, or start the worker program with --allow-code",
    );
  }
}
