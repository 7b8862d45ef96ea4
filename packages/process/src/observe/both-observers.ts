import type { ObservedWait, Observer, WaitDetails } from "../base/observer.ts";

/** Passes everything to two observers. */
export function bothObservers(one: Observer, other: Observer): Observer {
  return {
    tracksFlows: one.tracksFlows || other.tracksFlows,
    wait: (details) => bothWaits(one, other, details),
    taken(lock, flow) {
      one.taken(lock, flow);
      other.taken(lock, flow);
    },
    released(lock) {
      one.released(lock);
      other.released(lock);
    },
    scope(...scope) {
      one.scope(...scope);
      other.scope(...scope);
    },
    put(...item) {
      one.put(...item);
      other.put(...item);
    },
    got(...item) {
      one.got(...item);
      other.got(...item);
    },
    message(...message) {
      one.message(...message);
      other.message(...message);
    },
    child(...change) {
      one.child(...change);
      other.child(...change);
    },
    reached(state) {
      one.reached(state);
      other.reached(state);
    },
    task(...change) {
      one.task(...change);
      other.task(...change);
    },
    ran(...task) {
      one.ran(...task);
      other.ran(...task);
    },
  };
}

function bothWaits(one: Observer, other: Observer, details: WaitDetails): ObservedWait {
  const [first, second] = [one.wait(details), other.wait(details)];
  return {
    tried: (hasSucceeded) => second.tried(first.tried(hasSucceeded)),
    end() {
      first.end();
      second.end();
    },
  };
}
