import type { Subject } from "../../base/observer.ts";

/** The children whose end or result the code of this thread awaits, each as often as it is awaited. */
export const awaitedChildren = new Set<{ readonly subject: Subject }>();
