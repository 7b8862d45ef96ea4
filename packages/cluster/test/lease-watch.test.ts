import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LeaseWatch } from "../src/client/lease-watch.ts";
import type { Seat } from "../src/client/seat.ts";
import type { ClientTransport, Entry } from "../src/transport/transport.ts";

/** A watch of one seat, and the times of its looks. */
function watchOne(leasesLeft: number[]) {
  const lost: string[] = [];
  const looks: number[] = [];
  const seat = { id: "s", isAsked: true, lose: (why: string) => lost.push(why) } as unknown as Seat;
  const watch = new LeaseWatch({ id: "c", leaseMs: 1000 }, new Map([["s", seat]]));
  const transport = {
    leasesLeft: async () => {
      looks.push(Date.now());
      return [leasesLeft.shift()];
    },
    // The client reads its own entries.
    post: async (_: unknown, entry: Entry) => watch.passFence(entry.number),
  } as unknown as ClientTransport;
  return { lost, looks, watch, transport };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

it("looks for a lease when it ends, and declares its seat lost a tenth of a second later", async () => {
  const { lost, looks, watch, transport } = watchOne([250, 0, 0]);
  await watch.look(transport);
  await vi.advanceTimersByTimeAsync(349);
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toEqual([0, 250, 350]);
  expect(lost).toEqual(["its machine was lost: its lease ended"]);
});

it("declares no seat lost whose lease was missing once, and looks no sooner for one that lasts", async () => {
  const { lost, looks, watch, transport } = watchOne([0, 5000]);
  await watch.look(transport);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks).toEqual([0, 100]);
  expect(lost).toEqual([]);
});

it("looks no more when it has ended", async () => {
  const { looks, watch, transport } = watchOne([250]);
  await watch.look(transport);
  watch.end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks).toEqual([0]);
});
