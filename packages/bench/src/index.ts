export type { Environment } from "./base/environment.ts";
export type { Interval, Ratio } from "./base/interval.ts";
export type {
  MessageCell,
  MessageFit,
  MessageResult,
  MessageSample,
  MessageStream,
  Reach,
  Shape,
  TransportInfo,
} from "./base/message-result.ts";
export type { Pin } from "./base/pin-order.ts";
export { readResult, writeResult } from "./base/result-file.ts";
export type { Cell, Role, Sample, Trace } from "./base/sample.ts";
export type {
  KernelResult,
  KernelRun,
  LevelResult,
  Loss,
  LossTree,
  ScalingDesign,
  ScalingResult,
} from "./base/scaling-result.ts";
export type {
  Ballast,
  Burst,
  ChildTimes,
  Family,
  Footprint,
  Growth,
  ParentMemory,
  SpawnResult,
  SpawnRow,
} from "./base/spawn-result.ts";
export { detectUsableCpus, type UsableCpus } from "./base/usable-cpus.ts";
export type { Warning } from "./base/warning.ts";
export { catalogue } from "./kernel/catalogue.ts";
export type { ChunkFunction } from "./kernel/function-kernel.ts";
export { defineKernel, type Job, type Kernel, type Size } from "./kernel/kernel.ts";
export { type MessageOptions, measureMessages } from "./measure/message/measure-messages.ts";
export type { Progress } from "./measure/progress.ts";
export { measureScaling } from "./measure/scaling/measure-scaling.ts";
export type { ScalingOptions } from "./measure/scaling/scaling-plan.ts";
export { measureSpawn } from "./measure/spawn/measure-spawn.ts";
export type { SpawnOptions } from "./measure/spawn/spawn-options.ts";
export { kernelsOf } from "./measure/worker/load-kernel.ts";
export { medianInterval } from "./model/statistic/median.ts";
export { pairedRatio } from "./model/statistic/ratio.ts";
