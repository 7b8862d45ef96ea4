// What a test's process warns of is not printed: a warning that the test's file does not expect fails the test.
const expected: RegExp[] = [];
let emitted: string[] = [];

process.removeAllListeners("warning");
process.on("warning", (warning) => {
  // Node's own, about features that a release line has and another has not.
  if (warning.name === "ExperimentalWarning" || warning.name === "DeprecationWarning") return;
  emitted.push(`${warning.name}: ${warning.message}`);
});

/** Declares a warning that tests of this file provoke. */
export function expectWarnings(pattern: RegExp): void {
  expected.push(pattern);
}

/** The unexpected warnings since the last call. */
export function takeWarnings(): string[] {
  const taken = emitted.filter((text) => !expected.some((pattern) => pattern.test(text)));
  emitted = [];
  return taken;
}
