import { defineKernel, expectEqual } from "./kernel.ts";

/** As much of WebAssembly as is used here: its types only come with those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

/**
 * A module with one function, `unit(seed: i32): i32`: a hundred thousand steps of a 64-bit xorshift and of a chain of
 * doubles, the same as a compute unit of `native/ceiling.c`. Gives both, exclusively or-ed.
 */
const module =
  "AGFzbQEAAAABBgFgAX8BfwMCAQAHCAEEdW5pdAAACnIBcAMBfwF+AXxCxPT93dyR0JwBIACtfCECRAAAAAAAAPA/IQMDQCACIAJCDYaFIQIgAiACQgeI" +
  "hSECIAIgAkIRhoUhAiADROkLIef9/+8/oiACp0H/B3G4oCEDIAFBAWoiAUGgjQZJDQALIAKnIAOrcws=";

/** What unit(0) gives, computed with big integers. */
const answer = 540_454_852;

/**
 * The machine's limit where there is no C compiler: work in registers that neither V8's tiers nor its collector touch.
 * Not among the shipped kernels; the ceiling runs it.
 */
export const wasmCompute = defineKernel<number>({
  id: "wasm-compute",
  title: "Steps in registers (WebAssembly)",
  module: import.meta.url,
  bound: "compute",
  source: "the same steps in big integers",
  prepare() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(module, "base64")));
    const unit = exports.unit as (seed: number) => number;
    return { chunks: 1, run: () => unit(0), check: ([part]) => expectEqual("unit(0)", part ?? 0, answer) };
  },
});
