export type { WaitOptions } from "./base/deadline.ts";
export * from "./base/errors.ts";
export type { AnyFunction, ModuleTarget, Target } from "./callable/form/target.ts";
export { registerError } from "./codec/error-form.ts";
export { type ClassReducer, registerClass } from "./codec/registered-class.ts";
export { transfer } from "./codec/transfer.ts";
export type { Address, TcpAddress } from "./connection/address.ts";
export { answerChallenge, type Digest, deliverChallenge, type HandshakeOptions } from "./connection/authentication.ts";
export { Client, type ClientOptions } from "./connection/client.ts";
export { Connection } from "./connection/connection.ts";
export { AuthenticationError, ConnectionError } from "./connection/connection-error.ts";
export { Listener, type ListenerOptions } from "./connection/listener.ts";
export type { ReceiveOptions, SendBytesOptions } from "./connection/message-bytes.ts";
export { Pipe, type PipeOptions } from "./connection/pipe.ts";
export type { SerializerName } from "./connection/serializer.ts";
export type { SocketConnection } from "./connection/socket-connection.ts";
export type { SocketConnectionOptions } from "./connection/socket-connection-options.ts";
export { wait } from "./connection/wait.ts";
export { type Context, getAllStartMethods, getContext, getStartMethod, setStartMethod } from "./context/context.ts";
export { setForkserverPreload } from "./context/forkserver-preload.ts";
export type { ManagerServer } from "./manager/api/local-server.ts";
export { Manager } from "./manager/api/manager.ts";
export type { ManagerOptions } from "./manager/api/manager-options.ts";
export type { Registered } from "./manager/api/registered-manager.ts";
export type {
  ArrayProxy,
  BarrierProxy,
  BoundedSemaphoreProxy,
  ConditionProxy,
  DictProxy,
  EventProxy,
  JoinableQueueProxy,
  ListProxy,
  LockProxy,
  NamespaceProxy,
  PoolProxy,
  QueueProxy,
  RLockProxy,
  SemaphoreProxy,
  SetProxy,
  ValueProxy,
} from "./manager/api/standard-creators.ts";
export { keywords } from "./manager/client/keywords.ts";
export { callMethod, getValue, type Proxied } from "./manager/client/proxy.ts";
export type { RegisterOptions } from "./manager/server/type-registration.ts";
export type { TypeTarget } from "./manager/server/type-registry.ts";
export { PythonError } from "./manager/session/python-error.ts";
export { KeyError, RemoteError } from "./manager/session/remote-error.ts";
export { AsyncResult } from "./pool/api/async-result.ts";
export type { DrainOptions } from "./pool/api/drain-on-signals.ts";
export { Future, type FutureState } from "./pool/api/future.ts";
export { Pool } from "./pool/api/pool.ts";
export type { PoolOptions } from "./pool/api/pool-options.ts";
export type { PoolStats, WorkerStats } from "./pool/api/pool-stats.ts";
export {
  type ExecutorMapOptions,
  type ExecutorOptions,
  ProcessPoolExecutor,
} from "./pool/api/process-pool-executor.ts";
export { type BarStream, progressBar } from "./pool/api/progress-bar.ts";
export {
  ALL_COMPLETED,
  asCompleted,
  type CompletedFutures,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type Futures,
  type ReturnWhen,
  type WaitedFutures,
  waitFutures,
} from "./pool/api/wait-futures.ts";
export type {
  ApplyOptions,
  CallOptions,
  Collect,
  ImapOptions,
  ImapProgress,
  ItemOptions,
  MapOptions,
  Progress,
} from "./pool/call/call-options.ts";
export type { ResultIterator } from "./pool/call/imap-call.ts";
export type { Engine, EngineName } from "./pool/engine/engine.ts";
export type { PoolTaskEvent, PoolWorkerEvent } from "./pool/schedule/pool-events.ts";
export type { CancelOutcome } from "./pool/schedule/task.ts";
export type { TimeStats } from "./pool/schedule/task-times.ts";
export {
  BrokenProcessPoolError,
  CancelledError,
  InvalidStateError,
} from "./pool/wire/pool-errors.ts";
export { type CurrentTask, currentTask } from "./pool/worker/current-task.ts";
export { exit, SystemExit } from "./process/child/child-exit.ts";
export { activeChildren, currentProcess } from "./process/child/current-process.ts";
export { type ParentProcess, parentProcess } from "./process/child/parent-process.ts";
export type { ProcessInfo, ProcessState } from "./process/info/control-block.ts";
export { cpuCount } from "./process/info/cpu-count.ts";
export { isMain } from "./process/info/is-main.ts";
export type { LogLevel, LogLevelOrNumber } from "./process/info/log-level.ts";
export { getLogger, Logger, type LogHandler, type LogRecord, logToStderr } from "./process/info/logger.ts";
export type { Sentinel } from "./process/info/sentinel.ts";
export type { SupervisedInfo, SupervisedState, SupervisorInfo } from "./process/info/supervisor-info.ts";
export { Process } from "./process/parent/process.ts";
export type { ProcessOptions } from "./process/parent/process-options.ts";
export type { ProgramOptions } from "./process/parent/program-options.ts";
export { type WaitStatus, waitpid } from "./process/parent/waitpid.ts";
export { allowWatching } from "./process/watch/allow-watching.ts";
export { ps } from "./process/watch/list-processes.ts";
export { JoinableQueue } from "./queue/joinable-queue.ts";
export { flushQueues } from "./queue/outbox.ts";
export { Queue } from "./queue/queue.ts";
export type { QueueCloseOptions, QueueShutdownOptions } from "./queue/ring-queue.ts";
export { SimpleQueue } from "./queue/simple-queue.ts";
export { setExecutable } from "./start/child/executable.ts";
export { setSpareWorkers } from "./start/spare/spare-worker.ts";
export type { StartMethodName, Stdio } from "./start/start-method.ts";
export { type ContextStorage, carryContext } from "./storage/carry-context.ts";
export { Barrier, type BarrierOptions } from "./sync/barrier.ts";
export { Condition } from "./sync/condition.ts";
export type { ElementType, TypeCode } from "./sync/element.ts";
export { Lock } from "./sync/lock.ts";
export { RLock } from "./sync/rlock.ts";
export { BoundedSemaphore, Semaphore } from "./sync/semaphore.ts";
export { type Item, ShareableList } from "./sync/shareable-list.ts";
export { SharedArray } from "./sync/shared-array.ts";
export { SharedEvent } from "./sync/shared-event.ts";
export { SharedMemory, type SharedMemoryOptions } from "./sync/shared-memory.ts";
export { SharedValue } from "./sync/shared-value.ts";
