const warned = new Set<string>();
let isMuted = false;

/** Warns once of a function in this thread that assigns to a variable which it captured. */
export function warnOfAssignment(owner: string, variable: string): void {
  if (isMuted || warned.has(`${owner}.${variable}`)) return;
  warned.add(`${owner}.${variable}`);
  process.emitWarning(
    `"${owner || "a function"}" assigns to "${variable}", which it captured: only this child's copy changes; ` +
      "return the value, or share it with a SharedValue",
    { type: "ManyhandsWarning", code: "MANYHANDS_CAPTURED_ASSIGNMENT" },
  );
}

/** Runs an initializer, whose purpose may be such an assignment: it warns of none. */
export async function withoutAssignmentWarnings<T>(run: () => T): Promise<Awaited<T>> {
  isMuted = true;
  try {
    return await run();
  } finally {
    isMuted = false;
  }
}
