import type { StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";

/** Runs a scenario of `fixture/sockets.js` with a start method. */
export type RunScenario = (name: string, ...args: readonly unknown[]) => Promise<unknown>;

/** The contract of sockets and servers that are sent to children by any start method. */
export function socketContract(startMethod: StartMethodName, run: RunScenario): void {
  const result = (name: string, ...args: readonly unknown[]) => run(name, startMethod, ...args);

  describe(`sockets and servers, sent to children by ${startMethod}`, () => {
    it("each child accepts connections at the parent's listening server, which stays open", async () => {
      expect(await result("everyChildAccepts")).toEqual({ answers: ["a", "b", "c"], listening: true });
    });

    it("children serve all connections of a prefork server, and end when they have", async () => {
      expect(await result("prefork")).toEqual({ answers: "ABCDEFGHIJ".repeat(10), served: 100 });
    });

    it("a child has an accepted socket, and the bytes that the parent has not taken", async () => {
      expect(await result("acceptedSocket")).toEqual({ first: "first", rest: ", SECOND, THIRD", code: 0 });
    });

    it.each(["Pipe", "Queue"])("a child receives a socket from a %s", async (kind) => {
      expect(await result("throughMemory", kind)).toEqual({ answer: "THROUGH MEMORY", code: 0 });
    });

    it("a worker of a pool gets a socket", async () => {
      expect(await result("inPool")).toEqual({ answer: "IN A POOL" });
    });

    it("two workers of a pool accept at the same server, which both calls contain", async () => {
      expect(await result("twiceInPool")).toEqual({ answers: ["a", "b"] });
    });

    it("a child has a connection over a socket, and the messages that the parent has not received", async () => {
      expect(await result("socketConnection")).toEqual({ answers: [2, 4], code: 0 });
    });
  });
}
