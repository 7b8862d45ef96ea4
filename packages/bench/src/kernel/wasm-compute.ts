import { defineKernel, expectEqual } from "./kernel.ts";

/** The part of WebAssembly that is used here: TypeScript declares it only in the types of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

/**
 * A module with one function, `unit(seed: i32): i32`: a hundred thousand steps of a 64-bit xorshift and of a chain of
 * doubles, the same as a compute unit of `native/ceiling.c`. It returns the exclusive or of both.
 */
const module =
  "AGFzbQEAAAABBgFgAX8BfwMCAQAHCAEEdW5pdAAACnIBcAMBfwF+AXxCxPT93dyR0JwBIACtfCECRAAAAAAAAPA/IQMDQCACIAJCDYaFIQIgAiACQgeI" +
  "hSECIAIgAkIRhoUhAiADROkLIef9/+8/oiACp0H/B3G4oCEDIAFBAWoiAUGgjQZJDQALIAKnIAOrcws=";

/** The result of unit(0), computed with big integers. */
const answer = 540_454_852;

/**
 * The work of the ceiling where there is no C compiler. It runs in registers; V8 does not recompile it, and it
 * allocates nothing. It is not one of the shipped kernels.
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
