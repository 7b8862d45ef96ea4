import { type Identity, makeMainIdentity } from "./identity.ts";

let own: Identity | undefined;
/** When a child took its identity. The main process started with Node, whose clock is loaded only when it is read. */
let adoptedAt: number | undefined;

/** The identity of this process (or of this thread, when it is a child). */
export function identity(): Identity {
  own ??= makeMainIdentity();
  return own;
}

/** Takes the identity that the parent gave, as the first step of a child. */
export function adoptIdentity(given: Identity): void {
  own = given;
  adoptedAt = Date.now();
  childCount = 0;
}

/** Sets how this process is observed, which children inherit. */
export function setObserved(observed: NonNullable<Identity["observed"]>): void {
  own = { ...identity(), observed };
}

/** When this process started; for a child, when it took its identity. */
export function startedAt(): Date {
  return new Date(adoptedAt ?? performance.timeOrigin);
}

/** Sets the key that children started from now on inherit. */
export function setAuthKey(authKey: Uint8Array): void {
  own = { ...identity(), authKey };
}

/** Changes what is logged here, and the logging that children started from now on inherit. */
export function setLogging(logging: Partial<Identity["logging"]>): void {
  own = { ...identity(), logging: { ...identity().logging, ...logging } };
}

let childCount = 0;

/** The position in the process tree of the next child that this process creates. */
export function nextLineage(): number[] {
  childCount += 1;
  return [...identity().lineage, childCount];
}
