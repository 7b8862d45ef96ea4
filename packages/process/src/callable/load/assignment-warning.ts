import type { ValueSource } from "../form/function-bundle.ts";
import type { LiveScope } from "./live-scope.ts";

const warned = new Set<string>();
let isMuted = false;

const calledBeforeAssignments = new WeakSet();

/** Makes the function that a rewritten text calls before it assigns to a captured variable. */
export function beforeAssignment(
  { function: owner, isQuiet }: Extract<ValueSource, { from: "assigned" }>,
  scope: LiveScope | null,
): (variable: string) => void {
  const warn = (variable: string) => {
    scope?.markAssigned(variable);
    // A function that replaces itself does so in each process.
    if (!isQuiet && variable !== owner) warnOfAssignment(owner, variable);
  };
  calledBeforeAssignments.add(warn);
  return warn;
}

/** Whether {@link beforeAssignment} made a value. */
export function isBeforeAssignment(value: unknown): boolean {
  return typeof value === "function" && calledBeforeAssignments.has(value);
}

// Warns once of a function in this thread.
function warnOfAssignment(owner: string, variable: string): void {
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
