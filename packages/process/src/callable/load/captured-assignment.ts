const warned = new Set<string>();

/**
 * Makes what is called, in a child, right before a captured variable is assigned to: it warns once of each.
 *
 * @param owner the function that does it.
 */
export function warnOfAssignment(owner: string): (variable: string) => void {
  return (variable) => {
    if (warned.has(`${owner}.${variable}`)) return;
    warned.add(`${owner}.${variable}`);
    process.emitWarning(
      `"${owner || "a function"}" assigns to "${variable}", which it captured: only this child's copy changes; ` +
        "return the value, or share it with a SharedValue",
      { type: "ManyhandsWarning", code: "MANYHANDS_CAPTURED_ASSIGNMENT" },
    );
  };
}
