import { pbkdf2Sync } from "node:crypto";
import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** RFC 7914's two test vectors for PBKDF2-HMAC-SHA-256. */
const vectors = {
  short: {
    password: "passwd",
    salt: "salt",
    iterations: 1,
    key: "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
  },
  long: {
    password: "Password",
    salt: "NaCl",
    iterations: 80_000,
    key: "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
  },
} as const;

const jobs: Record<Size, { vector: keyof typeof vectors; keys: number }> = {
  tiny: { vector: "short", keys: 16 },
  small: { vector: "long", keys: 8 },
  medium: { vector: "long", keys: 32 },
  large: { vector: "long", keys: 160 },
};

/**
 * Keys from passwords, by OpenSSL: native code without a JIT compiler. The call is synchronous, so that it runs on the
 * worker's own thread. If this kernel scales and a JavaScript kernel does not, V8 is the cause.
 *
 * Source: RFC 7914, section 11.
 */
export const pbkdf2 = defineKernel<string>({
  id: "pbkdf2",
  title: "Keys from passwords (OpenSSL)",
  module: import.meta.url,
  bound: "compute",
  source: "RFC 7914, section 11",
  prepare(size) {
    const { vector, keys } = jobs[size];
    const { password, salt, iterations, key } = vectors[vector];
    return {
      chunks: keys,
      run: () => pbkdf2Sync(password, salt, iterations, 64, "sha256").toString("hex"),
      check: (parts) => parts.map((part) => expectEqual("key", part, key)).find((wrong) => wrong !== undefined),
    };
  },
});
