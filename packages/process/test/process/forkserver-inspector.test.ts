import { getAllStartMethods, Process } from "@manyhands/process";
import { describe, expect, it } from "vitest";

const urlOf = async (): Promise<string | undefined> => (await import("node:inspector")).url();

describe.runIf(getAllStartMethods().includes("forkserver"))("the inspector of a child by forkserver", () => {
  const start = (options: { execArgv?: string[]; env?: NodeJS.ProcessEnv }) =>
    new Process(urlOf, { startMethod: "forkserver", stderr: "pipe", ...options }).start().result();

  it.each([
    ["execArgv", { execArgv: ["--inspect=127.0.0.1:0"] }],
    ["NODE_OPTIONS, whose port is taken", { env: { ...process.env, NODE_OPTIONS: "--inspect=127.0.0.1:9" } }],
  ])("listens on a port of its own when %s asks for it", async (_, options) => {
    const urls = await Promise.all([start(options), start(options)]);
    expect(urls).toEqual(Array(2).fill(expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\//)));
    expect(new Set(urls).size).toBe(2);
  });

  it("is closed when no option asks for it", async () => {
    expect(await start({})).toBeUndefined();
  });
});
