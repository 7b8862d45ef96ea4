import { describe, expect, it } from "vitest";
import { findThreadsField, type ReadWords } from "../../src/posix/node-internals/platform-threads.ts";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const platformTable = 0x1000n;
const countsTable = 0x2000n;
const holder = 0x10_000n;
const inUse = 0x20_000n;
const platform = 0x30_000n;

/** A shared pointer to an object that `std::make_shared` created, and the memory that it points to. */
function sharedPointer(controlBlock: bigint, table = countsTable) {
  const object = controlBlock + 16n;
  return { words: [object, controlBlock], memory: [controlBlock, [table, 1n, 0x3000n]] as [bigint, bigint[]] };
}

interface Layout {
  readonly held?: readonly bigint[];
  /** The fields of the platform in use, and those of the new one. */
  readonly used: readonly { readonly words: readonly bigint[]; readonly memory: [bigint, bigint[]] }[];
  readonly fresh: readonly { readonly words: readonly bigint[]; readonly memory: [bigint, bigint[]] }[];
}

/** Memory with one holder and two platforms, as {@link findThreadsField} reads it. */
function memoryOf({ held = [1n, 0n, inUse], used, fresh }: Layout): ReadWords {
  const padded = (words: readonly bigint[], length: number) => [...words, ...Array(length - words.length).fill(0n)];
  const platformOf = (fields: Layout["used"]) =>
    padded([platformTable, 7n, ...fields.flatMap(({ words }) => words)], 24);
  const memory = new Map<bigint, bigint[]>([
    [holder, padded(held, 8)],
    [inUse, platformOf(used)],
    [platform, platformOf(fresh)],
    ...[...used, ...fresh].map(({ memory }) => memory),
  ]);
  return (address, count) => {
    for (const [start, words] of memory) {
      const at = Number(address - start) / 8;
      if (at >= 0 && at + count <= words.length) return BigUint64Array.from(words.slice(at, at + count));
    }
    return new BigUint64Array();
  };
}

describe("findThreadsField()", () => {
  const [used, fresh] = [sharedPointer(0x40_000n), sharedPointer(0x50_000n)];
  const find = (layout: Layout) => findThreadsField(memoryOf(layout), { platform, holder });

  it("returns the only shared pointer that differs between the platforms", () => {
    const threads = BigUint64Array.of(0x50_010n, 0x50_000n);
    expect(find({ used: [used], fresh: [fresh] })).toEqual({ address: inUse + 16n, threads });
  });

  it("refuses when no object of the holder looks like a platform", () => {
    expect(find({ held: [1n, 0n], used: [used], fresh: [fresh] })).toEqual({
      refusal: expect.stringMatching(/^0 objects/),
    });
  });

  it("refuses when two objects look like the platform in use", () => {
    const other = sharedPointer(0x60_000n, platformTable);
    const layout = { held: [inUse, 0x60_000n], used: [used, other], fresh: [fresh, other] };
    expect(find(layout)).toEqual({ refusal: expect.stringMatching(/^2 objects/) });
  });

  it("refuses when two fields look like the threads", () => {
    const [more, most] = [sharedPointer(0x60_000n), sharedPointer(0x70_000n)];
    expect(find({ used: [used, more], fresh: [fresh, most] })).toEqual({ refusal: expect.stringMatching(/^2 fields/) });
  });

  it("refuses a field whose control blocks are of different classes", () => {
    const foreign = sharedPointer(0x50_000n, 0x2008n);
    expect(find({ used: [used], fresh: [foreign] })).toEqual({ refusal: expect.stringMatching(/^0 fields/) });
  });

  it("refuses a field whose object is in no memory", () => {
    const missing = { words: [0x50_010n, 0x50_000n], memory: [0x90_000n, [0n]] as [bigint, bigint[]] };
    expect(find({ used: [used], fresh: [missing] })).toEqual({ refusal: expect.stringMatching(/^0 fields/) });
  });

  it("refuses when the new platform is in no memory", () => {
    expect(findThreadsField(() => new BigUint64Array(), { platform, holder })).toEqual({
      refusal: expect.stringMatching(/cannot be read/),
    });
  });
});

const program = `
  import { once } from "node:events";
  import { Worker } from "node:worker_threads";
  import { fork, kill, waitpid, WEXITSTATUS, WIFSIGNALED } from "POSIX";
  const pid = fork();
  if (pid === 0) {
    // Enough garbage for many collections: each may give work to V8's threads.
    const text = "let kept = []; for (let i = 0; i < 2e6; i++) { kept.push({ i }); if (kept.length > 5e4) kept = []; }";
    const [code] = await once(new Worker(text, { eval: true }), "exit");
    process.exit(code + 7);
  }
  const timer = setTimeout(() => kill(pid, "SIGKILL"), LONGEST_MS);
  const { status } = await waitpid(pid);
  clearTimeout(timer);
  console.log(WIFSIGNALED(status) ? "hung" : WEXITSTATUS(status));`;

describe.runIf(canFork)("a Worker of a forked child", () => {
  it("ends after it collected garbage", async () => {
    const { out, err } = await runForkReady(program.replace("LONGEST_MS", "15_000"));
    expect({ out, err }).toEqual({ out: ["7"], err: "" });
  });

  // The proof that the threads must be replaced. When it fails on a new Node, platform-threads.ts is no longer needed
  // there.
  it.runIf(/^v26\./.test(process.version))("hangs at its end when MANYHANDS_NO_PLATFORM_THREADS is 1", async () => {
    const off = 'process.env.MANYHANDS_NO_PLATFORM_THREADS = "1";';
    const { out } = await runForkReady(program.replace("LONGEST_MS", "3000").replace("const pid", `${off} const pid`));
    expect(out).toEqual(["hung"]);
  });
});
