import { describe, expect, it } from "vitest";
import { idleMs, type OwnSeat, shareSeats, turnMs } from "../src/client/fair-share.ts";

const now = 100_000;

/** A seat of client `me`. @param more what is not as of one that is held and has tasks. */
function seat(id: string, more: Partial<OwnSeat> = {}): OwnSeat {
  return { id: `me.${id}`, pool: "Pool-1", takenAt: now - 1000, idleSince: undefined, isLeaving: false, ...more };
}
const waiting = { takenAt: undefined };
const idle = { idleSince: now - idleMs };

function share(seats: readonly OwnSeat[], held: readonly string[], waits: readonly string[]) {
  const { idle, busy, postponed } = shareSeats("me", seats, { held, waiting: waits }, now);
  const ids = (found: readonly OwnSeat[]) => found.map(({ id }) => id.replace("me.", ""));
  return { idle: ids(idle), busy: ids(busy), postponed: ids(postponed) };
}
const nothing = { idle: [], busy: [], postponed: [] };

describe("a client", () => {
  it("keeps its seats while no other pool waits", () => {
    expect(share([seat("a", idle), seat("b"), seat("c", waiting)], ["me.a", "me.b"], ["me.c"])).toEqual(nothing);
    expect(share([], [], [])).toEqual(nothing);
  });

  it("gives as many idle seats as others wait for, and no longer waits itself", () => {
    const seats = [seat("a", idle), seat("b", idle), seat("c", waiting)];
    expect(share(seats, ["me.a", "me.b"], ["other.x", "me.c"])).toEqual({ idle: ["c", "a"], busy: [], postponed: [] });
    const recent = [seat("a", { idleSince: now - idleMs + 1 })];
    expect(share(recent, ["me.a"], ["other.x"])).toEqual(nothing);
  });

  it("gives the idle seats of one pool to another one of its own", () => {
    const seats = [seat("a", idle), seat("b", { pool: "Pool-2", ...waiting })];
    expect(share(seats, ["me.a"], ["me.b"])).toEqual({ idle: ["a"], busy: [], postponed: [] });
  });

  it("gives what it has beyond an equal share to a client with less, behind which its own requests go", () => {
    const seats = [seat("a", { takenAt: 1 }), seat("b", { takenAt: 2 }), seat("c", { takenAt: 3 }), seat("d", waiting)];
    const held = ["me.a", "me.b", "me.c", "other.x"];
    expect(share(seats, held, ["me.d", "other.y"])).toEqual({ idle: [], busy: ["a"], postponed: ["d"] });
    const leaving = [seat("a", { isLeaving: true }), ...seats.slice(1)];
    expect(share(leaving, held, ["me.d", "other.y"])).toEqual(nothing);
  });

  it("keeps an equal share, and the one of an uneven number", () => {
    expect(share([seat("a")], ["me.a", "other.x"], ["other.y"])).toEqual(nothing);
    expect(share([seat("a"), seat("b")], ["me.a", "me.b", "other.x"], ["other.y"])).toEqual(nothing);
  });

  it("gives its only seat when its turn is over and a client has none", () => {
    const held = ["me.a", "other.x"];
    expect(share([seat("a", { takenAt: now - turnMs })], held, ["third.z"])).toEqual({
      idle: [],
      busy: ["a"],
      postponed: [],
    });
    expect(share([seat("a", { takenAt: now - turnMs + 1 })], held, ["third.z"])).toEqual(nothing);
    expect(share([seat("a", { takenAt: now - turnMs })], held, ["other.y"])).toEqual(nothing);
  });
});
