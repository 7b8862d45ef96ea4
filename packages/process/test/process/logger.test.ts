import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAllStartMethods, getLogger, type LogRecord, Process } from "@manyhands/process";
import { afterEach, describe, expect, it } from "vitest";

const logger = getLogger();
const startMethods = getAllStartMethods().filter((method) => method !== "fork");
const runtime = import.meta.resolve("@manyhands/process");
const module = new URL("../fixture/logging.js", import.meta.url);
const records: LogRecord[] = [];
const keep = (record: LogRecord) => records.push(record);
afterEach(() => {
  logger.removeHandler(keep);
  logger.level = "notset";
  records.length = 0;
});

describe("a logger", () => {
  it("getLogger() returns one logger, without handlers, for warnings and above", () => {
    expect(getLogger()).toBe(logger);
    expect([logger.level, logger.isEnabledFor("warning"), logger.isEnabledFor("info")]).toEqual([
      "notset",
      true,
      false,
    ]);
    logger.addHandler(keep);
    logger.info("dropped");
    logger.error("%s of %d", "one", 2);
    logger.removeHandler(keep);
    logger.error("dropped");
    expect(records.map(({ level, message, processName, pid }) => ({ level, message, processName, pid }))).toEqual([
      { level: "error", message: "one of 2", processName: "MainProcess", pid: process.pid },
    ]);
  });

  it("a record has the caller's file and line, whichever method made it", {
    tags: ["_TestLogging.test_filename"],
  }, () => {
    logger.level = "subdebug";
    logger.addHandler(keep);
    logger.debug("a");
    logger.info("b");
    logger.warning("c");
    logger.error("d");
    logger.critical("e");
    logger.log("subwarning", "f");
    expect(records.map(({ message }) => message).join("")).toBe("abcdef");
    for (const { file, line } of records) {
      expect(file).toContain("logger.test.ts");
      expect(line).toBeGreaterThan(0);
    }
  });

  it("a logger refuses unknown levels", () => {
    expect(() => {
      logger.level = "loud" as never;
    }).toThrow(RangeError);
    expect(() => logger.isEnabledFor("toString" as never)).toThrow(RangeError);
    expect(() => logger.log("nothing" as never, "x")).toThrow(RangeError);
  });

  it.each(startMethods)("the logger of a child by %s starts with the parent's level", async (startMethod) => {
    logger.level = "info";
    const child = new Process({ module, name: "state" }, { startMethod }).start();
    expect(await child.result()).toEqual(["info", true]);
    await child.join();
  });
});

it.each(startMethods)("records of children by %s are written to stderr, each on one line", async (startMethod) => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-log-"));
  try {
    const program = join(folder, "program.mjs");
    writeFileSync(
      program,
      `import { getLogger, logToStderr, Process } from ${JSON.stringify(runtime)};
      logToStderr("info").info("begin");
      const sizes = [200, 200, 70_000, 70_000];
      const children = sizes.map((size, i) => new Process({ module: new URL(${JSON.stringify(module.href)}), name: "chatter" }, { args: [50, size], name: "child\\n" + i, startMethod: ${JSON.stringify(startMethod)} }).start());
      for (const child of children) await child.join();
      getLogger().debug("dropped");`,
    );
    const { stderr } = await promisify(execFile)(process.execPath, [program], { maxBuffer: 2 ** 25 });
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(201);
    expect(lines[0]).toMatch(/^\[INFO\/MainProcess \d+\] begin$/);
    for (const line of lines.slice(1))
      expect(line).toMatch(
        /^\[INFO\/child\\n(?:[01] \d+\] record \d+\\nof x{200}|[23] \d+\] record \d+\\nof x{70000})$/,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
