/** One instruction of a classic BPF program, `struct sock_filter`. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** The processors that the filter supports, as `process.arch` names them. */
export type FilteredArch = "x64" | "arm64";

// <linux/bpf_common.h>: load a word from the data, jump if equal, return.
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;

// <linux/seccomp.h>: the data is { int nr; u32 arch; u64 instruction_pointer; u64 args[6] }, little-endian on both.
const NUMBER = 0;
const ARCH = 4;
const lowWordOfArgument = (index: number) => 16 + 8 * index;
const SECCOMP_RET_ALLOW = 0x7fff_0000;
const SECCOMP_RET_ERRNO = 0x0005_0000;

// <linux/audit.h> and the tables of system calls.
const processors: Record<FilteredArch, { readonly audit: number; readonly madvise: number }> = {
  x64: { audit: 0xc000_003e, madvise: 28 },
  arm64: { audit: 0xc000_00b7, madvise: 233 },
};
const MADV_DONTFORK = 10;

/**
 * The filter that makes a Node process forkable: `madvise(…, …, MADV_DONTFORK)` succeeds and does nothing.
 *
 * V8 gives that advice for its whole heap, and a child without a heap is ended by SIGSEGV. The kernel needs no such
 * advice. The filter allows everything else, also system calls of other architectures, whose numbers have other
 * meanings.
 */
export function seccompFilter(arch: FilteredArch): BpfInstruction[] {
  const { audit, madvise } = processors[arch];
  return [
    instruction(LOAD_WORD, ARCH),
    instruction(JUMP_IF_EQUAL, audit, 0, 5),
    instruction(LOAD_WORD, NUMBER),
    instruction(JUMP_IF_EQUAL, madvise, 0, 3),
    instruction(LOAD_WORD, lowWordOfArgument(2)),
    instruction(JUMP_IF_EQUAL, MADV_DONTFORK, 0, 1),
    // The errno that is returned is 0: success.
    instruction(RETURN, SECCOMP_RET_ERRNO | 0),
    instruction(RETURN, SECCOMP_RET_ALLOW),
  ];
}

function instruction(code: number, k: number, jt = 0, jf = 0): BpfInstruction {
  return { code, jt, jf, k };
}
