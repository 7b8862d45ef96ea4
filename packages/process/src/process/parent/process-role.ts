import { ProcessStateError } from "../../base/errors.ts";
import { type ObservedChild, observer } from "../../base/observer.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { ProcessInfo, ProcessState } from "../info/control-block.ts";
import { ownInfo } from "../info/own-info.ts";
import { identity } from "../info/process-identity.ts";
import { reportReady } from "../info/ready-report.ts";
import { childInfo, type ShownFields } from "./child-info.ts";
import { defaultStartMethod } from "./default-start-method.ts";
import type { ProcessOptions } from "./process-options.ts";
import type { StartedChild } from "./started-child.ts";

/** What a Process object stands for: a child of this process, or the process that runs this code. */
export interface ProcessRole {
  /** How the process was started, or will be; `null` for the main process. */
  readonly startMethod: StartMethodName | null;
  readonly pid: number | null;
  readonly ident: number | null;
  readonly parentPid: number | null;
  readonly isAlive: boolean;
  readonly state: ProcessState;
  /** The child, from `start()` to `close()`; always `null` for the current process. */
  readonly child: StartedChild | null;
  readonly isClosed: boolean;
  run(): unknown;
  info(shown: ShownFields): Promise<ProcessInfo>;
  /** @throws {ProcessStateError} when there is no started child. @param verb what the caller attempted. */
  requireChild(verb: string, name: string): StartedChild;
  /** Reports to the parent that this process is ready. @throws {ProcessStateError} when this is the parent. */
  reportReady(name: string): void;
  close(): void;
}

/** What a child is to run, and how. */
interface ChildWork {
  readonly target: Target | undefined;
  readonly options: ProcessOptions;
}

/** A child: not started, started, or closed. */
export class ChildRole implements ProcessRole {
  /** The work, until the start. Dropped then, since the parent must not keep objects that only the child needs. */
  work: ChildWork | null;
  child: StartedChild | null = null;
  isClosed = false;
  readonly #owner = process.pid;
  #startMethod: StartMethodName | null;

  /**
   * @param startMethod `null` for the default at the time of the start.
   * @param made the new child, for the observer.
   */
  constructor(work: ChildRole["work"], startMethod: StartMethodName | null, made: ObservedChild) {
    this.work = work;
    this.#startMethod = startMethod;
    observer?.child("new", made);
  }

  get startMethod(): StartMethodName {
    return this.#startMethod ?? defaultStartMethod();
  }

  get pid(): number | null {
    return this.child?.handle.pid || null;
  }

  get ident(): number | null {
    return this.child === null ? null : this.child.handle.threadId || this.child.handle.pid || null;
  }

  get parentPid(): number {
    return this.#owner;
  }

  get isAlive(): boolean {
    return this.child !== null && this.child.exitCode === null;
  }

  get state(): ProcessState {
    return this.isClosed ? "terminated" : (this.child?.state ?? "new");
  }

  /** Whether {@link begin} runs. */
  get isStarting(): boolean {
    return this.work === null && this.child === null && !this.isClosed;
  }

  /**
   * Takes the child that a function starts. The work is dropped before: packing it runs code of the program, such as
   * getters, which could start a second child. After an error, it can be started again.
   */
  begin(launchWork: (work: ChildWork) => StartedChild): StartedChild {
    const work = this.work as ChildWork;
    this.work = null;
    try {
      this.child = launchWork(work);
    } finally {
      if (this.child === null) this.work = work;
    }
    this.#startMethod = this.child.settings.startMethod;
    return this.child;
  }

  run(): unknown {
    const { target, options } = this.work ?? {};
    if (typeof target === "function") return (target as AnyFunction)(...(options?.args ?? []));
    return undefined;
  }

  async info(shown: ShownFields): Promise<ProcessInfo> {
    if (this.isClosed) throw closedError("read the control block of", shown.name);
    return childInfo(shown, this.child);
  }

  requireChild(verb: string, name: string): StartedChild {
    this.checkOwned(verb, name);
    if (this.child !== null) return this.child;
    throw new ProcessStateError(`Cannot ${verb} ${name}: it was not started, call start() first`);
  }

  reportReady(name: string): never {
    throw new ProcessStateError(
      `Cannot report that ${name} is ready: this is its parent; call currentProcess().ready() in its target`,
    );
  }

  /** @throws {ProcessStateError} when this process is a fork of the one that made the Process. */
  checkOwned(verb: string, name: string): void {
    if (this.#owner === process.pid) return;
    throw new ProcessStateError(
      `Cannot ${verb} ${name}: process ${this.#owner} made it, and this process is a fork of that one; make a new Process here`,
    );
  }

  close(): void {
    this.isClosed = true;
    this.child = null;
    this.work = null;
  }
}

/** The role of a Process that is to be started. @throws {ProcessStateError} when it cannot be, or not here. */
export function startable(role: ProcessRole, name: string): ChildRole {
  if (role instanceof ChildRole) role.checkOwned("start", name);
  if (role instanceof ChildRole && role.work !== null) return role;
  throw new ProcessStateError(`Cannot start ${name}: it was started already, make a new Process for every start`);
}

/** The process that runs this code: the main process, or a child seen from inside. */
export class CurrentRole implements ProcessRole {
  readonly startMethod = identity().startMethod;
  readonly child = null;
  readonly isAlive = true;
  readonly state = "running";
  isClosed = false;
  readonly #job: (() => unknown) | null;

  /** @param job calls the target; `null` when there is none. */
  constructor(job: (() => unknown) | null) {
    this.#job = job;
  }

  get pid(): number {
    return process.pid;
  }

  get ident(): number {
    const isThread = this.startMethod === "thread";
    return isThread ? process.getBuiltinModule("node:worker_threads").threadId : process.pid;
  }

  get parentPid(): number | null {
    return identity().parent?.pid ?? null;
  }

  run(): unknown {
    return this.#job?.();
  }

  async info(): Promise<ProcessInfo> {
    return ownInfo();
  }

  requireChild(verb: string, name: string): never {
    throw new ProcessStateError(`Cannot ${verb} ${name}: it is this very process`);
  }

  reportReady(): void {
    reportReady();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** The error for a use of a Process that was closed. @param verb what the caller attempted. */
export function closedError(verb: string, name: string): ProcessStateError {
  return new ProcessStateError(`Cannot ${verb} ${name}: it was closed`);
}

/** The text of a Process: `Process { Process-1, pid 4711, zombie, exit code 0 }`. */
export function describeProcess(type: string, { name, daemon, role }: DescribedProcess): string {
  const { child, state } = role;
  const exitCode = child?.exitCode ?? null;
  const pid = child?.handle.hasPid === true ? `, pid ${child.handle.pid}` : "";
  return `${type} { ${name}${pid}, ${state}${exitCode === null ? "" : `, exit code ${exitCode}`}${daemon ? ", daemon" : ""} }`;
}

interface DescribedProcess {
  readonly name: string;
  readonly daemon: boolean;
  readonly role: ProcessRole;
}
