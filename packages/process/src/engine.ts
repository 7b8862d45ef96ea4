/**
 * What an engine of pools is built from: the interface behind the option `engine`, the engines of the start methods,
 * and how packed functions and values are moved to another machine. Experimental: a minor version may change it.
 */
export type { ModuleRequest, PackedFunction } from "./callable/form/function-bundle.ts";
export type { PackedTarget } from "./callable/form/packed-target.ts";
export type { PackedValue } from "./callable/form/packed-value.ts";
export { type Relocation, relocateTarget, relocateValue } from "./callable/form/relocate.ts";
export { packErrorOfAnyClass } from "./callable/pack/pack-value.ts";
export { detachBuffers } from "./codec/detach-buffers.ts";
export { registerError } from "./codec/error-form.ts";
export { deserialize, serialize } from "./codec/serialize.ts";
export type { Engine, EngineName, EngineWorker, WorkerSpec } from "./pool/engine/engine.ts";
export { selectEngine } from "./pool/engine/select-engine.ts";
export { isPackedPayload, type Payload } from "./pool/wire/payload.ts";
export {
  type AnswerMessage,
  type CancelMessage,
  isAnswer,
  type MessageToPool,
  type MessageToWorker,
  type RunMessage,
  type TaskMessage,
  type WorkerBoot,
} from "./pool/wire/pool-message.ts";
export type { Exit } from "./start/start-method.ts";
export type { CarriedContext } from "./storage/carried-context.ts";
