import { closeSync, openSync } from "node:fs";
import { getAllStartMethods, Process } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const module = new URL("../fixture/descriptors.js", import.meta.url);

describe.runIf(process.platform === "linux")("descriptors of the parent", () => {
  it.each(["spawn", "forkserver"] as const)(
    "are not open in a child by %s",
    {
      tags: ["TestCloseFds.test_closefd"],
    },
    async (startMethod) => {
      if (!getAllStartMethods().includes(startMethod)) return;
      // Many, so that the last ones are numbers that the child itself does not use.
      const files = Array.from({ length: 100 }, () => openSync("/dev/null", "r"));
      try {
        const args = [files.slice(50)];
        const child = new Process({ module, name: "openDescriptors" }, { startMethod, args, stderr: "pipe" }).start();
        expect(await child.result()).toEqual([]);
        await child.join();
      } finally {
        for (const fd of files) closeSync(fd);
      }
    },
  );

  it.runIf(canFork)("are open in a child by fork", async () => {
    const { out } = await runForkReady(`
      import { openSync } from "node:fs";
      import { Process } from "RUNTIME";
      import { openDescriptors } from ${JSON.stringify(module.href)};
      const fd = openSync("/dev/null", "r");
      const child = new Process(openDescriptors, { startMethod: "fork", args: [[fd]] }).start();
      console.log((await child.result()).length);`);
    expect(out).toEqual(["1"]);
  });
});
