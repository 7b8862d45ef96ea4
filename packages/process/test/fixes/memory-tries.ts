import { chmodSync, closeSync, constants, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allowWatching, BoundedSemaphore, getContext } from "@manyhands/process";
import { expect, vi } from "vitest";
import { ParticipantTable } from "../../src/memory/participant-table.ts";
import { openOwn } from "../../src/posix/calls/own-file.ts";
import { temporaryFolder } from "../../src/posix/calls/temporary-folder.ts";
import { WaitSet, waitSetBytes } from "../../src/sync/wait-set.ts";
import { messageOf, type Tries, withFolder } from "./message-of.ts";

/** Tries of fixes that shared memory and files name. */
export const memoryTries: Tries = {
  async "end one first"(fix) {
    const running = new Set([1, 2, 3]);
    const slots = 2;
    const words = new Int32Array(new SharedArrayBuffer(ParticipantTable.byteLength(slots)));
    const table = new ParticipantTable(words, 0, slots, ({ id }) => running.has(id));
    const claim = (id: number) => table.claim({ id, start: 1, namespace: 1 });
    claim(1);
    claim(2);
    expect(await messageOf(() => claim(3))).toContain(fix);
    running.delete(1);
    claim(3);
  },
  async "use another Condition"(fix) {
    const words = new Int32Array(new SharedArrayBuffer(2 * waitSetBytes));
    const setOf = (selfId: number, at = 0) => new WaitSet({ words, selfId, isAlive: () => true } as never, at);
    for (let id = 1; id <= 256; id++) setOf(id).add();
    expect(await messageOf(() => setOf(257).add())).toContain(fix);
    setOf(257, waitSetBytes / 4).add();
  },
  async "release it once for each acquire()"(fix) {
    const semaphore = new BoundedSemaphore(1);
    expect(await messageOf(() => semaphore.release())).toContain(fix);
    await semaphore.acquire();
    semaphore.release();
  },
  async "make it writable, or set TMPDIR to a folder that is"(fix) {
    await withFolder(async (folder) => {
      const missing = join(folder, "missing");
      vi.stubEnv("TMPDIR", missing);
      try {
        // So short that the other folders of the system are no choice.
        expect(await messageOf(() => temporaryFolder(3))).toContain(fix);
        mkdirSync(missing);
        expect(temporaryFolder()).toBe(missing);
        vi.stubEnv("TMPDIR", folder);
        expect(temporaryFolder()).toBe(folder);
      } finally {
        vi.unstubAllEnvs();
      }
    });
  },
  async "remove it, or chmod 700 it"(fix) {
    await withFolder(async (folder) => {
      vi.stubEnv("TMPDIR", folder);
      vi.stubEnv("XDG_RUNTIME_DIR", undefined);
      const watched = join(folder, `manyhands-watch-${process.geteuid?.()}`);
      const allow = async () => (await allowWatching())[Symbol.dispose]();
      try {
        mkdirSync(watched);
        chmodSync(watched, 0o755);
        expect(await messageOf(allow)).toContain(fix);
        chmodSync(watched, 0o700);
        await allow();
        chmodSync(watched, 0o755);
        rmdirSync(watched);
        await allow();
      } finally {
        vi.unstubAllEnvs();
      }
    });
  },
  async "remove it, or have its owner remove it"(fix) {
    await withFolder(async (folder) => {
      const path = join(folder, "memory");
      const open = () => closeSync(openOwn(path, constants.O_RDWR));
      mkdirSync(path);
      expect(await messageOf(open)).toContain(fix);
      rmdirSync(path);
      writeFileSync(path, "");
      open();
    });
  },
  async 'run npm install koffi, or start children with startMethod "thread", which needs no such memory'(fix) {
    const find = async () => (await import("../../src/memory/memory-calls.ts")).memoryCalls().threadId();
    await withoutKoffi(async () => expect(await messageOf(find)).toContain(fix));
    expect(await find()).toBeGreaterThan(0);
    new (getContext("thread").SharedValue)("i32", 1);
  },
  async 'start children with startMethod "thread", which needs no such memory'(fix) {
    vi.resetModules();
    const { memoryCalls } = await import("../../src/memory/memory-calls.ts");
    const { platform } = process;
    Object.defineProperty(process, "platform", { value: "win32" });
    try {
      expect(await messageOf(memoryCalls)).toContain(fix);
    } finally {
      Object.defineProperty(process, "platform", { value: platform });
    }
    const { Process, SharedValue } = getContext("thread");
    const shared = new SharedValue("i32", 1);
    expect(await new Process((given: typeof shared) => given.value, { args: [shared] }).start().result()).toBe(1);
  },
  async "run npm install koffi"(fix) {
    const copy = async () => {
      const { copyDescriptor } = await import("../../src/socket/descriptor.ts");
      const fd = copyDescriptor(2);
      closeSync(fd);
      return fd;
    };
    await withoutKoffi(async () => expect(await messageOf(copy)).toContain(fix));
    expect(await copy()).toBeGreaterThan(2);
  },
};

/** Modules of the source that the function loads find no koffi. */
async function withoutKoffi(use: () => Promise<void>): Promise<void> {
  vi.resetModules();
  vi.doMock("../../src/base/lazy-require.ts", () => ({
    lazyRequire: () => {
      throw new Error("Cannot find module 'koffi'");
    },
  }));
  try {
    await use();
  } finally {
    vi.doUnmock("../../src/base/lazy-require.ts");
    vi.resetModules();
  }
}
