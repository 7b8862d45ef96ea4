import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { allowWatching } from "@manyhands/process";
import { expect, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import { runCommand } from "../fixture/run-fork-ready.ts";
import { type Tries, withFolder } from "./message-of.ts";

/** Runs the command `manyhands` in this process. */
async function manyhands(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const into = (name: "out" | "err") => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const code = await main(argv, { stdout: into("out"), stderr: into("err") });
  return { code, ...written };
}

/** Calls a function in whose time no other program can be watched. */
function alone(use: () => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    vi.stubEnv("TMPDIR", folder);
    try {
      await use();
    } finally {
      vi.unstubAllEnvs();
    }
  });
}

const noProcess = String(2 ** 22);

/** Tries of fixes that the command names. */
export const commandTries: Tries = {
  "call allowWatching() in the program": (fix) =>
    alone(async () => {
      expect(await manyhands("ps")).toMatchObject({ code: 1, err: expect.stringContaining(fix) });
      using _allowed = await allowWatching();
      expect(await manyhands("ps")).toMatchObject({ code: 0, out: expect.stringContaining(String(process.pid)) });
    }),
  "call allowWatching() in it": (fix) =>
    alone(async () => {
      const pid = String(process.pid);
      expect(await manyhands("ps", pid)).toMatchObject({ code: 1, err: expect.stringContaining(fix) });
      using _allowed = await allowWatching();
      expect(await manyhands("ps", pid)).toMatchObject({ code: 0, out: expect.stringContaining(pid) });
    }),
  "run manyhands ps, which lists those that can be": (fix) =>
    alone(async () => {
      using _allowed = await allowWatching();
      expect(await manyhands("ps", noProcess)).toMatchObject({ code: 1, err: expect.stringContaining(fix) });
      expect(await manyhands("ps")).toMatchObject({ code: 0, out: expect.stringContaining(String(process.pid)) });
    }),
  "export one, and the functions that it uses are examined too": (fix) =>
    withFolder(async (folder) => {
      const examine = async (name: string, text: string) => {
        const file = join(folder, name);
        writeFileSync(file, text);
        return await manyhands("doctor", file);
      };
      const used = "const used = () => 1;";
      expect(await examine("none.mjs", used)).toMatchObject({ code: 2, err: expect.stringContaining(fix) });
      const { code, out } = await examine("one.mjs", `${used} export const job = () => used();`);
      expect([code, out]).toEqual([0, expect.stringMatching(/^job .*\nused /)]);
    }),
  async "write manyhands doctor --node"(fix) {
    expect(await manyhands("doctor", "--node", "file.js")).toMatchObject({
      code: 2,
      err: expect.stringContaining(fix),
    });
    expect((await runCommand(["doctor", "--node"])).out).not.toEqual([]);
  },
};
