import { copyFileSync, existsSync, truncateSync, unlinkSync } from "node:fs";
import { FileExistsError, FileNotFoundError, Process, ShareableList, SharedMemory } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

const fileOf = ({ name }: { readonly name: string }) => `/dev/shm/manyhands-named-${encodeURIComponent(name)}`;
const job = new URL("../fixture/sharing.js", import.meta.url);

describe("SharedMemory", () => {
  it("can be attached to by name until it is unlinked", {
    tags: ["_TestSharedMemory.test_shared_memory_basics"],
  }, () => {
    const name = `test-${process.pid}`;
    const block = new SharedMemory({ name, create: true, size: 512 });
    expect(block.name).toBe(name);
    expect(block.size).toBe(512);
    block.buffer[0] = 42;
    const again = new SharedMemory({ name, size: 1 });
    expect(again.size).toBe(512);
    expect(again.buffer[0]).toBe(42);
    expect(String(again)).toBe(`SharedMemory("${name}", size=512)`);
    expect(() => new SharedMemory({ name, create: true, size: 512 })).toThrow(FileExistsError);
    again.buffer[0] = 43;
    again.close();
    again.close();
    expect(() => again.buffer).toThrow("closed");
    expect(block.buffer[0]).toBe(43);
    block.unlink();
    expect(block.buffer[0]).toBe(43);
    expect(() => block.unlink()).toThrow(FileNotFoundError);
    expect(() => new SharedMemory({ name })).toThrow(FileNotFoundError);
    expect(() => new SharedMemory({})).toThrow(TypeError);
  });

  it("chooses a new name for each block", {
    tags: ["_TestSharedMemory.test_shared_memory_recreate"],
  }, () => {
    const blocks = Array.from({ length: 50 }, () => new SharedMemory({ create: true, size: 1 }));
    expect(new Set(blocks.map(({ name }) => name)).size).toBe(50);
    for (const block of blocks) block.unlink();
  });

  it("constructor throws when the file was truncated", () => {
    const block = new SharedMemory({ create: true, size: 100_000 });
    const name = `${block.name}-cut`;
    const file = fileOf({ name });
    // A copy: SIGBUS ends a process that touches a truncated part of a mapped file.
    copyFileSync(fileOf(block), file);
    for (const length of [50_000, 100, 0]) {
      truncateSync(file, length);
      expect(() => new SharedMemory({ name })).toThrow("was truncated");
    }
    unlinkSync(file);
    block.unlink();
    expect(() => new SharedMemory({ create: true, size: 2 ** 50 })).toThrow("/dev/shm has");
  });

  it("constructor throws without a size", { tags: ["_TestSharedMemory.test_invalid_shared_memory_cration"] }, () => {
    for (const size of [-1, 0, undefined]) expect(() => new SharedMemory({ create: true, size })).toThrow(RangeError);
  });

  it("constructor names the option of the wrong type, and refuses track without create", () => {
    const make = (options: object) => () => new SharedMemory(options);
    expect(make({ name: 5 })).toThrow(/^Cannot use shared memory: its name is number, write a string$/);
    expect(make({ create: true, size: 8, name: null })).toThrow(/its name is object, write a string/);
    expect(make({ create: 1, size: 8 })).toThrow(/create is number, write true or false/);
    expect(make({ create: true, size: 8, track: "no" })).toThrow(/track is string, write true or false/);
    const block = new SharedMemory({ create: true, size: 8 });
    for (const track of [true, false]) {
      expect(make({ name: block.name, track })).toThrow(TypeError);
      expect(make({ name: block.name, track })).toThrow(/leave track out$/);
    }
    expect(new SharedMemory({ name: block.name, create: false }).size).toBe(8);
    block.unlink();
  });

  it("the end of a scope unlinks it for its creator only", async () => {
    let left: SharedMemory;
    {
      using block = new SharedMemory({ create: true, size: 16 });
      left = block;
      {
        using attached = new SharedMemory({ name: block.name });
        attached.buffer[0] = 1;
      }
      expect(new SharedMemory({ name: block.name }).buffer[0]).toBe(1);
      expect(await sharing("spawn").run("attachInScope", block)).toBe(1);
      expect(existsSync(fileOf(block))).toBe(true);
    }
    expect(() => left.buffer).toThrow("closed");
    expect(() => new SharedMemory({ name: left.name })).toThrow(FileNotFoundError);
    {
      using unlinked = new SharedMemory({ create: true, size: 16 });
      unlinked.unlink();
    }
    {
      using untracked = new SharedMemory({ create: true, size: 16, track: false });
      left = untracked;
    }
    new SharedMemory({ name: left.name }).unlink();
  });

  it("accepts any text as its name", {
    tags: ["TestSharedMemoryNames.test_that_shared_memory_name_with_colons_has_no_resource_tracker_errors"],
  }, () => {
    for (const name of ["a:b", "c\nd", "../e/f", ".", "ü".repeat(300), "half \ud800"]) {
      const block = new SharedMemory({ name: name + process.pid, create: true, size: 8 });
      expect(new SharedMemory({ name: name + process.pid }).size).toBe(8);
      block.unlink();
    }
  });

  for (const startMethod of ["thread", "spawn"] as const) {
    it(`is sent by its name to ${startMethod}`, {
      tags: ["_TestSharedMemory.test_shared_memory_pickle_unpickle"],
    }, async () => {
      const block = new SharedMemory({ create: true, size: 16 });
      block.buffer[0] = 6;
      expect(await sharing(startMethod).run("readMemory", block)).toBe(block.name);
      expect(block.buffer[1]).toBe(7);
      block.unlink();
    });

    it(`cannot be opened by ${startMethod} when it was unlinked`, {
      tags: ["_TestSharedMemory.test_shared_memory_pickle_unpickle_dead_object"],
    }, async () => {
      const block = new SharedMemory({ create: true, size: 16 });
      block.unlink();
      await expect(sharing(startMethod).run("readMemory", block)).rejects.toThrow(FileNotFoundError);
    });
  }

  const inProgram = (code: string) =>
    new Process({ module: job, name: "evaluate" }, { startMethod: "spawn", args: [code], stderr: "pipe" }).start();

  it("is removed when its program was killed", {
    tags: ["_TestSharedMemory.test_shared_memory_cleaned_after_process_termination"],
  }, async () => {
    const block = new SharedMemory({ create: true, size: 16 });
    const name = `${block.name}-killed`;
    const child = inProgram(
      `new SharedMemory({ name: ${JSON.stringify(name)}, create: true, size: 16 }); process.kill(process.pid, "SIGKILL")`,
    );
    expect(await child.join()).toBe(-9);
    expect(() => new SharedMemory({ name })).toThrow(FileNotFoundError);
    block.unlink();
  });

  it("stays when an attached process ends, or when it is not tracked", {
    tags: ["_TestSharedMemory.test_shared_memory_untracking"],
  }, async () => {
    const block = new SharedMemory({ create: true, size: 16 });
    const name = `${block.name}-untracked`;
    await inProgram(`new SharedMemory({ name: ${JSON.stringify(block.name)}, track: false })`).join();
    expect(existsSync(fileOf(block))).toBe(true);
    await inProgram(`new SharedMemory({ name: ${JSON.stringify(name)}, create: true, size: 16, track: false })`).join();
    new SharedMemory({ name }).unlink();
    block.unlink();
  });
});

describe("ShareableList", () => {
  it("the end of a scope unlinks its memory for its creator only", () => {
    let name: string;
    {
      using list = new ShareableList([1, 2]);
      name = list.memory.name;
      {
        using again = new ShareableList(undefined, { name });
        expect([...again]).toEqual([1, 2]);
      }
      expect(list.get(0)).toBe(1);
    }
    expect(() => new SharedMemory({ name })).toThrow(FileNotFoundError);
  });

  it("reads and writes items of all types", {
    tags: ["_TestSharedMemory.test_shared_memory_ShareableList_basics"],
  }, () => {
    const items = ["howdy", Uint8Array.of(1, 2, 3), -273.154, 100, null, true, 42n, "ほげ"];
    const list = new ShareableList(items);
    expect([...list]).toEqual(items);
    expect(list.length).toBe(8);
    expect(list.get(-1)).toBe("ほげ");
    expect(list.format).toBe("8s8bddx?q8s");
    expect(list.count(42n)).toBe(1);
    expect(list.index(100)).toBe(3);
    expect(() => list.index("none")).toThrow(RangeError);
    expect(() => list.get(8)).toThrow(RangeError);
    expect(() => list.set(8, 1)).toThrow(RangeError);
    list.set(3, "some");
    list.set(0, null);
    expect(() => list.set(1, "far too long")).toThrow(RangeError);
    expect(() => list.set(1, "ééééé")).toThrow(RangeError);
    expect(() => list.set(1, {} as never)).toThrow(TypeError);
    expect(() => list.set(1, "\ud800")).toThrow(TypeError);
    expect([...list]).toEqual([null, Uint8Array.of(1, 2, 3), -273.154, "some", null, true, 42n, "ほげ"]);
    const same = new ShareableList(undefined, { name: list.memory.name });
    same.set(6, 43n);
    expect(list.get(6)).toBe(43n);
    const empty = new ShareableList([]);
    expect([...empty]).toEqual([]);
    empty.memory.unlink();
    list.memory.unlink();
  });

  it("is sent by its name", { tags: ["_TestSharedMemory.test_shared_memory_ShareableList_pickling"] }, async () => {
    const list = new ShareableList(["a", 1, true]);
    expect(await sharing("spawn").run("setItem", list, 0, "there")).toEqual(["there", 1, true]);
    expect(list.get(0)).toBe("there");
    list.memory.unlink();
  });
});
