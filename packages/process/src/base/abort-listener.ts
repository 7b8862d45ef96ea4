type Listener = () => void;

const listenersOf = new WeakMap<AbortSignal, Set<Listener>>();

/**
 * Calls back when a signal aborts, in the order of registration. However many waits and calls use a signal, it gets one
 * listener from them: Node 20 warns of a leak at eleven.
 *
 * A signal that has aborted calls back in a microtask: code of the program, such as a getter of an argument, may abort
 * it between the check of the caller and this registration.
 *
 * @param signal default: none, nothing is registered.
 * @returns a function that removes the callback; idempotent.
 */
export function onAbort(signal: AbortSignal | undefined, listener: Listener): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) return inMicrotask(listener);
  let listeners = listenersOf.get(signal);
  if (listeners === undefined) {
    listeners = new Set();
    listenersOf.set(signal, listeners);
    signal.addEventListener("abort", notify, { once: true });
  }
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0 || listenersOf.get(signal) !== listeners) return;
    listenersOf.delete(signal);
    signal.removeEventListener("abort", notify);
  };
}

function inMicrotask(listener: Listener): () => void {
  let isRemoved = false;
  queueMicrotask(() => {
    if (!isRemoved) listener();
  });
  return () => {
    isRemoved = true;
  };
}

function notify(this: AbortSignal): void {
  const listeners = listenersOf.get(this);
  listenersOf.delete(this);
  // A callback may remove later ones.
  for (const listener of listeners ?? []) listener();
}
