import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseEvents } from "../../src/observe/model/read-events.ts";
import { EventFile, limitFor } from "../../src/observe/record/event-file.ts";

const mib = 2 ** 20;

describe("EventFile", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "manyhands-events-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const header = {
    version: 1,
    id: "0",
    parent: null,
    name: "MainProcess",
    pid: 1,
    threadId: 0,
    tid: 1,
    startMethod: null,
    node: "",
    argv: [],
  } as const;

  it("keeps within its limit, keeps the life of processes, and counts what it left out", () => {
    for (let i = 0; i < 200; i++) writeFileSync(join(folder, `${i}.events`), "");
    const path = join(folder, "0.events");
    const file = new EventFile(path, ["process", 0, header]);
    for (let i = 0; i < 5000; i++) file.add(["idle", i, 123_456]);
    file.add(["end", 6000, 0]);
    file.close(6000);
    expect(statSync(path).size).toBeLessThan(2 ** 16 + 1000);
    const read = parseEvents(readFileSync(path, "utf8"));
    const idle = read?.events.filter(([kind]) => kind === "idle").length as number;
    expect(idle).toBeGreaterThan(500);
    expect(read?.dropped).toEqual({ idle: 5000 - idle });
    expect(read?.events.at(-1)).toEqual(["end", 6000, 0]);
  });

  it("leaves all out when its folder is gone", () => {
    const path = join(folder, "missing", "0.events");
    const file = new EventFile(path, ["process", 0, header]);
    file.open();
    for (let i = 0; i < 5000; i++) file.add(["end", i, 0]);
    file.close(6000);
    expect(existsSync(path)).toBe(false);
  });

  it("is read without the line that a killed process did not finish", () => {
    const path = join(folder, "0.events");
    const file = new EventFile(path, ["process", 0, header]);
    file.add(["idle", 1, 2]);
    file.flush();
    const text = readFileSync(path, "utf8");
    expect(parseEvents(text.slice(0, -3))?.events).toEqual([["process", 0, header]]);
    expect(parseEvents("")).toBeUndefined();
  });
});

describe("limitFor()", () => {
  it("bounds all files together", () => {
    let total = 0;
    for (let earlier = 0; earlier < 120; earlier++) total += limitFor(earlier);
    expect(total).toBeLessThanOrEqual(128 * mib);
    expect(limitFor(0)).toBe(8 * mib);
    expect(limitFor(10_000)).toBe(mib / 16);
  });
});
