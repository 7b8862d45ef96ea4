/** Gives up what a handle keeps for a receiver, who is not going to come. Twice, or after the receiver came, is fine. */
export type GiveUp = () => void;

const nothing: GiveUp = () => {};

let current: GiveUp[] | undefined;

/** Tells whoever is sending a handle at this moment how to give up what it keeps for the receiver. */
export function keptForReceiver(giveUp: GiveUp): void {
  current?.push(giveUp);
}

/**
 * Runs what makes a message, and collects what the handles in it keep for the receiver. When it throws, that is given up.
 *
 * @returns the message, and what to call when it does not arrive.
 */
export function crossing<T>(make: () => T): { readonly message: T; readonly giveUp: GiveUp } {
  const outer = current;
  const kept: GiveUp[] = [];
  current = kept;
  const giveUp = () => {
    for (const each of kept) each();
  };
  try {
    const message = make();
    return { message, giveUp: kept.length === 0 ? nothing : giveUp };
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    current = outer;
  }
}
