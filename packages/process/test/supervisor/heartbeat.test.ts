import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StartedChild } from "../../src/process/parent/started-child.ts";
import { Heartbeat } from "../../src/supervisor/child/heartbeat.ts";

/** A child that answers its beats when it is asked to. */
class FakeChild {
  isRunning = true;
  asked = 0;
  answer: () => void = () => {};
  requestBeat(onBeat: () => void): void {
    this.asked += 1;
    this.answer = onBeat;
  }
}

describe("Heartbeat", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
  afterEach(() => void vi.useRealTimers());
  const begin = (child: FakeChild) => {
    const onHung = vi.fn();
    return { onHung, heartbeat: new Heartbeat(child as unknown as StartedChild, 100, onHung) };
  };

  it("asks again when the child has answered, and reports one that has not, once", () => {
    const child = new FakeChild();
    const { onHung } = begin(child);
    vi.advanceTimersByTime(100);
    child.answer();
    vi.advanceTimersByTime(100);
    expect(child.asked).toBe(2);
    expect(onHung).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(onHung).toHaveBeenCalledOnce();
  });

  it("asks nothing before the child calls its target", () => {
    const child = new FakeChild();
    child.isRunning = false;
    const { heartbeat, onHung } = begin(child);
    vi.advanceTimersByTime(1000);
    expect(child.asked).toBe(0);
    expect(onHung).not.toHaveBeenCalled();
    heartbeat.stop();
  });

  it("gives the child another period when this process was late itself", () => {
    const child = new FakeChild();
    const { heartbeat, onHung } = begin(child);
    vi.advanceTimersByTime(100);
    const now = performance.now();
    // The event loop was blocked: the timer fires when the time is long over.
    vi.spyOn(performance, "now").mockReturnValueOnce(now + 500);
    vi.advanceTimersByTime(100);
    expect(onHung).not.toHaveBeenCalled();
    child.answer();
    vi.advanceTimersByTime(100);
    expect(onHung).not.toHaveBeenCalled();
    heartbeat.stop();
  });
});
