import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { allowWatching } from "@manyhands/process";
import { Supervisor } from "@manyhands/process/supervisor";
import { describe, expect, it } from "vitest";
import { drawSupervisors } from "../../src/cli/supervisor-rows.ts";
import type { ProcessRow } from "../../src/cli/watched-program.ts";
import { target } from "../fixture/supervised.js";

const command = join(import.meta.dirname, "../../bin/manyhands.js");

describe("drawSupervisors()", () => {
  const child = { state: "running", restarts: 0, pid: 2, threadId: 0, supervisor: null } as const;
  const inner = { name: "in\u001bner", strategy: "oneForAll", restarts: 1, children: [{ ...child, name: "x" }] };
  const children = [
    { ...child, name: "a", state: "waiting", restarts: 12, pid: null },
    {
      ...child,
      name: "b",
      pid: null,
      supervisor: { ...inner, children: [...inner.children, { ...child, name: "y" }] },
    },
    { ...child, name: "c", pid: null, supervisor: inner },
  ] as const;
  const row = (supervisors: ProcessRow["supervisors"]) => ({ pid: 1, supervisors }) as ProcessRow;

  it("draws each supervisor with its children indented, without commands for the terminal", () => {
    const rows = [row(null), row([{ name: "app", strategy: "oneForOne", restarts: 13, children }])];
    expect(drawSupervisors(rows)).toEqual([
      "",
      "SUPERVISED       STATE     RESTARTS      PID",
      "app (oneForOne)  -               13        1",
      "  a              waiting         12        -",
      "  b (oneForAll)  running          0        -",
      "    x            running          0        2",
      "    y            running          0        2",
      "  c (oneForAll)  running          0        -",
      "    x            running          0        2",
    ]);
    const [, head] = drawSupervisors([row([{ ...inner, children: [] }])], 9);
    expect(head).toBe("SUPERVISE");
    expect(drawSupervisors([row([inner])]).join("")).toContain("in?ner (oneForAll)");
  });

  it("draws nothing without supervisors, and for programs that list none", () => {
    expect(drawSupervisors([row(null), { pid: 1 } as ProcessRow])).toEqual([]);
  });
});

it("ps and top show the supervisors of a program", async () => {
  const allowed = await allowWatching();
  const supervisor = new Supervisor([{ name: "web", target: target("serve"), readyTimeoutMs: 50_000 }], {
    name: "app",
  });
  await supervisor.start();
  try {
    for (const args of [["ps"], ["top", "--count", "1"]]) {
      const { stdout } = await promisify(execFile)(process.execPath, [command, ...args, String(process.pid)]);
      expect(stdout).toMatch(
        /\nSUPERVISED +STATE +RESTARTS +PID\napp \(oneForOne\) +- +0 +\d+\n {2}web +running +0 +\d+\n/,
      );
    }
  } finally {
    allowed[Symbol.dispose]();
    await supervisor.close();
  }
});
