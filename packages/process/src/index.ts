export type { WaitOptions } from "./base/deadline.ts";
export * from "./base/errors.ts";
export { registerError } from "./codec/error-form.ts";
export { transfer } from "./codec/transfer.ts";
export type { Address, TcpAddress } from "./connection/address.ts";
export { answerChallenge, type Digest, deliverChallenge, type HandshakeOptions } from "./connection/authentication.ts";
export { Client, type ClientOptions } from "./connection/client.ts";
export { AuthenticationError, ConnectionError } from "./connection/connection-error.ts";
export { Listener, type ListenerOptions } from "./connection/listener.ts";
export type { SerializerName } from "./connection/serializer.ts";
export type {
  ReceiveOptions,
  SendBytesOptions,
  SocketConnection,
  SocketConnectionOptions,
} from "./connection/socket-connection.ts";
export { wait } from "./connection/wait.ts";
export { type Context, getAllStartMethods, getContext, getStartMethod, setStartMethod } from "./context/context.ts";
export { type CurrentTask, currentTask } from "./pool/current-task.ts";
export type { ResultIterator } from "./pool/imap-call.ts";
export { Pool } from "./pool/pool.ts";
export { BrokenProcessPoolError, MaybeEncodingError } from "./pool/pool-errors.ts";
export type { PoolTaskEvent, PoolWorkerEvent } from "./pool/pool-events.ts";
export type { ApplyOptions, CallOptions, ImapOptions, MapOptions, PoolOptions, Progress } from "./pool/pool-options.ts";
export type { PoolStats, WorkerStats } from "./pool/pool-stats.ts";
export type { CancelOutcome } from "./pool/task.ts";
export type { ProcessInfo, ProcessState } from "./process/control-block.ts";
export { cpuCount } from "./process/cpu-count.ts";
export { activeChildren, currentProcess } from "./process/current-process.ts";
export { exit, SystemExit } from "./process/exit.ts";
export { isMain } from "./process/is-main.ts";
export { type ParentProcess, parentProcess } from "./process/parent-process.ts";
export { Process } from "./process/process.ts";
export type { ProcessOptions } from "./process/process-options.ts";
export { ps } from "./process/ps.ts";
export type { Sentinel } from "./process/sentinel.ts";
export { type WaitStatus, waitpid } from "./process/waitpid.ts";
export { JoinableQueue } from "./queue/joinable-queue.ts";
export { flushQueues } from "./queue/outbox.ts";
export { Queue } from "./queue/queue.ts";
export { SimpleQueue } from "./queue/simple-queue.ts";
export type { StartMethodName, Stdio } from "./start/start-method.ts";
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
export type { AnyFunction, ModuleTarget, Target } from "./target/target.ts";
