import { getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { describe } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";
import * as scenarios from "../fixture/sockets.js";
import { socketContract } from "./socket-contract.ts";

const isLinux = process.platform === "linux";
const byName = scenarios as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
const here = getAllStartMethods();

describe.runIf(isLinux)("in this process", () => {
  for (const startMethod of ["thread", "spawn", "forkserver"] satisfies StartMethodName[]) {
    if (!here.includes(startMethod)) continue;
    socketContract(startMethod, (name, ...args) => byName[name]?.(...args) as Promise<unknown>);
  }
});

describe.runIf(canFork)("in a program that can fork", () => {
  const fixture = new URL("../fixture/sockets.js", import.meta.url).href;
  socketContract("fork", async (name, ...args) => {
    const { out, err } = await runForkReady(
      `import * as scenarios from ${JSON.stringify(fixture)};
       console.log(JSON.stringify(await scenarios[${JSON.stringify(name)}](...${JSON.stringify(args)})));`,
    );
    if (out.length !== 1) throw new Error(`${out.join("\n")}\n${err}`);
    return JSON.parse(out[0] as string);
  });
});
