import { describe, expect, it } from "vitest";
import { type BpfInstruction, type FilteredArch, seccompFilter } from "../../src/posix/calls/seccomp-filter.ts";

const ALLOW = 0x7fff0000;
const SUCCEED = 0x00050000;
const audit = { x64: 0xc000003e, arm64: 0xc00000b7 };
const madvise = { x64: 28, arm64: 233 };

/** Runs a filter on `struct seccomp_data`, as the kernel does. */
function run(filter: readonly BpfInstruction[], call: { nr: number; arch: number; args: readonly number[] }): number {
  const data = Buffer.alloc(64);
  data.writeInt32LE(call.nr, 0);
  data.writeUInt32LE(call.arch, 4);
  call.args.forEach((arg, i) => {
    data.writeBigUInt64LE(BigInt(arg), 16 + 8 * i);
  });
  let accumulator = 0;
  for (let at = 0; ; ) {
    const { code, jt, jf, k } = filter[at] as BpfInstruction;
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    at += 1 + (code === 0x15 ? (accumulator === k ? jt : jf) : 0);
  }
}

describe.each(["x64", "arm64"] as const)("seccompFilter() for %s", (arch: FilteredArch) => {
  const filter = seccompFilter(arch);
  const call = (nr: number, advice: number, on = audit[arch]) => run(filter, { nr, arch: on, args: [0, 4096, advice] });

  it("makes MADV_DONTFORK succeed without effect", () => {
    expect(call(madvise[arch], 10)).toBe(SUCCEED);
  });

  it("allows every other advice", () => {
    for (const advice of [0, 4, 8, 9, 11, 14]) expect(call(madvise[arch], advice)).toBe(ALLOW);
  });

  it("allows every other system call, whatever its arguments", () => {
    for (let nr = 0; nr < 500; nr++) if (nr !== madvise[arch]) expect(call(nr, 10)).toBe(ALLOW);
  });

  it("allows system calls of other architectures, whose numbers have other meanings", () => {
    expect(call(madvise[arch], 10, arch === "x64" ? audit.arm64 : audit.x64)).toBe(ALLOW);
    expect(call(madvise[arch], 10, 0x40000003)).toBe(ALLOW);
  });
});

describe("seccompFilter()", () => {
  it("compiles to exactly these bytes", () => {
    const bytes = (arch: FilteredArch) =>
      Buffer.concat(
        seccompFilter(arch).map(({ code, jt, jf, k }) => {
          const bytes = Buffer.alloc(8);
          bytes.writeUInt16LE(code, 0);
          bytes[2] = jt;
          bytes[3] = jf;
          bytes.writeUInt32LE(k, 4);
          return bytes;
        }),
      ).toString("hex");
    expect(bytes("x64")).toBe(
      "2000000004000000" +
        "150000053e0000c0" +
        "2000000000000000" +
        "150000031c000000" +
        "2000000020000000" +
        "150000010a000000" +
        "0600000000000500" +
        "060000000000ff7f",
    );
    expect(bytes("arm64")).toBe(
      "2000000004000000" +
        "15000005b70000c0" +
        "2000000000000000" +
        "15000003e9000000" +
        "2000000020000000" +
        "150000010a000000" +
        "0600000000000500" +
        "060000000000ff7f",
    );
  });
});
