/**
 * What an engine of pools is built from: the interface behind the option `engine`, and the engines of the start
 * methods. Experimental: a minor version may change it.
 */
export { registerError } from "./codec/error-form.ts";
export { deserialize, serialize } from "./codec/serialize.ts";
export type { Engine, EngineName, EngineWorker, WorkerSpec } from "./pool/engine/engine.ts";
export { selectEngine } from "./pool/engine/select-engine.ts";
export type { MessageToPool, MessageToWorker, WorkerBoot } from "./pool/wire/pool-message.ts";
export type { Exit } from "./start/start-method.ts";
