import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
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
    expect(records.map(({ at: _at, file: _file, line: _line, ...rest }) => rest)).toEqual([
      { level: "error", message: "one of 2", processName: "MainProcess", pid: process.pid, host: hostname() },
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

  it("a logger takes levels by Python's numbers", () => {
    logger.level = 20;
    expect([logger.level, logger.isEnabledFor(20), logger.isEnabledFor(10)]).toEqual(["info", true, false]);
    logger.addHandler(keep);
    logger.log(40, "by number");
    expect(records.map(({ level, message }) => [level, message])).toEqual([["error", "by number"]]);
    expect(() => logger.isEnabledFor(15 as never)).toThrow("notset (0), subdebug (5), debug (10), info (20)");
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
    const isLife = (line: string) => /\] (child process calling run\(\)|process (shutting|exiting).*)$/.test(line);
    const lines = stderr
      .trimEnd()
      .split("\n")
      .filter((line) => !isLife(line));
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

it.each(startMethods)("the package logs the life of children by %s, of pools and of managers", async (startMethod) => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-log-"));
  try {
    const program = join(folder, "program.mjs");
    writeFileSync(
      program,
      `import { getContext, logToStderr } from ${JSON.stringify(runtime)};
      logToStderr("debug");
      const { Manager, Pool, Process } = getContext(${JSON.stringify(startMethod)});
      await new Process(() => {}, { name: "one" }).start().join();
      await (await new Manager().start()).shutdown();
      const pool = new Pool(1);
      await pool.apply(Math.abs, [-1]);
      pool.terminate();
      await pool.join();`,
    );
    const { stderr } = await promisify(execFile)(process.execPath, [program]);
    for (const text of [
      /\[DEBUG\/MainProcess \d+\] started \w+Process \{ one/,
      /\[INFO\/one \d+\] child process calling run\(\)\n/,
      /\[INFO\/one \d+\] process shutting down\n/,
      /\[INFO\/one \d+\] process exiting with exit code 0\n/,
      /\[DEBUG\/MainProcess \d+\] one ended with exit code 0\n/,
      /\[INFO\/\S+ \d+\] manager serving at "/,
      /\[DEBUG\/MainProcess \d+\] Pool-1: PoolWorker-1 started\n/,
    ]) {
      expect(stderr).toMatch(text);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
