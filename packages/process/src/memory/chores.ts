/** How often a thread that is asleep sees to what it has to bring out, in milliseconds. */
export const choreMs = 2;

const chores = new Set<() => boolean>();

/**
 * Has something seen to when this thread falls asleep, and from time to time while it sleeps: what its event loop would see
 * to, which does not turn meanwhile.
 *
 * @param chore does what can be done at once, and tells whether nothing is left.
 */
export function beforeSleep(chore: () => boolean): void {
  chores.add(chore);
}

/** Does what can be done. Returns whether nothing is left. */
export function doChores(): boolean {
  let isDone = true;
  for (const chore of chores) if (!chore()) isDone = false;
  return isDone;
}
