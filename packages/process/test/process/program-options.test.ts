import { Process, type ProcessOptions } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";

describe.each(allMethods)("a Process by %s", (method) => {
  it("has the env, argv, cwd and nice of its options", async () => {
    const { code, out, err } = await runProgram(
      method,
      `
      const own = startMethod === "thread" ? {} : { cwd: "/", nice: 3 };
      const read = async () => {
        const { getPriority } = await import("node:os");
        return [process.env.KEY, process.argv.slice(2), process.cwd(), getPriority()];
      };
      const options = { env: { ...process.env, KEY: "value" }, argv: ["one", "two"], ...own };
      const child = new api.Process(read, options).start();
      console.log(JSON.stringify(await child.result()));
      await child.join();`,
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const own = method === "thread" ? [expect.any(String), expect.any(Number)] : ["/", 3];
    expect(JSON.parse(out.join())).toEqual(["value", ["one", "two"], ...own]);
  });
});

it.each([
  [{ cwd: 5 }, "cwd is 5, write the path of a folder"],
  [{ nice: 20 }, "nice is 20, write a whole number from -20 to 19"],
  [{ nice: 0.5 }, "nice is 0.5, write a whole number from -20 to 19"],
])("a Process refuses %o", (options, message) => {
  expect(() => new Process(() => {}, options as unknown as ProcessOptions<[]>)).toThrow(
    `Cannot create a Process: ${message}`,
  );
});

it.each([
  [{ cwd: "/" }, 'by "thread": all threads of a process have one working directory; write startMethod: "spawn"'],
  [{ nice: 5 }, 'by "thread": Node sets the priority of whole processes; write startMethod: "spawn"'],
])("start() of a thread refuses %o", (options, message) => {
  const child = new Process(() => {}, { startMethod: "thread", ...(options as { nice?: number }) });
  expect(() => child.start()).toThrow(message);
});

it("a Process whose cwd does not exist fails with the system's error", async () => {
  const child = new Process(() => {}, { startMethod: "spawn", cwd: "/no/such/folder", stderr: "ignore" }).start();
  await expect(child.result()).rejects.toMatchObject({ code: "ENOENT" });
  expect(await child.join()).toBe(1);
});
