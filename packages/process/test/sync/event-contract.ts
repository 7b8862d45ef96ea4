import type { StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

/** The contract of SharedEvent, in the memory of any start method. */
export function eventContract(startMethod: StartMethodName): void {
  const { SharedEvent, run, start } = sharing(startMethod);

  describe(`SharedEvent of ${startMethod}`, () => {
    it("wait() waits until it is set", { tags: ["_TestEvent.test_event"] }, async () => {
      const event = new SharedEvent();
      expect(event.isSet).toBe(false);
      expect(await event.wait({ timeoutMs: 0 })).toBe(false);
      expect(await event.wait({ timeoutMs: 10 })).toBe(false);
      expect(event.waitSync({ timeoutMs: 10 })).toBe(false);
      event.set();
      event.set();
      expect(event.isSet).toBe(true);
      expect(await event.wait()).toBe(true);
      expect(event.waitSync()).toBe(true);
      event.clear();
      expect(event.isSet).toBe(false);
      const waiting = event.wait();
      await run("setEvent", event);
      expect(await waiting).toBe(true);
      expect(String(event)).toBe("SharedEvent(set)");
    });

    it("set() ends all waits, even when clear() follows at once", async () => {
      const event = new SharedEvent();
      const waiting = [event.wait(), event.wait()];
      const child = start("waitForEvent", event);
      while (child.state === "ready") await new Promise((resolve) => setTimeout(resolve, 2));
      event.set();
      event.clear();
      expect(await Promise.all(waiting)).toEqual([true, true]);
      event.set();
      expect(await child.result()).toBe(true);
    });
  });
}
