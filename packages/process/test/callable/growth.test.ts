import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { ScopeIdentity } from "../../src/callable/capture/scope-identity.ts";
import { LiveScope } from "../../src/callable/load/live-scope.ts";
import { rootScope } from "../../src/callable/load/rebuilt-scope.ts";

/** The number of WeakRefs in this thread, after a garbage collection. */
const countRefs = () =>
  (v8 as unknown as { queryObjects(type: unknown, options: object): number }).queryObjects(WeakRef, {
    format: "count",
  });

it("a scope does not nest deeper with each message that brings no new variable", () => {
  const scope = new LiveScope(rootScope({ url: import.meta.url, isStrict: true }), null);
  for (let message = 0; message < 20_000; message++) {
    scope.add(["a"]);
    scope.add([]);
  }
  scope.set("a", 42);
  // Evaluating text in 20 000 nested scopes would need more than the stack.
  expect((scope.evaluate("() => a") as () => number)()).toBe(42);
});

it.runIf("queryObjects" in v8)(
  "a scope does not keep a list of all functions that were ever captured from it",
  async () => {
    v8.setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const scope = new ScopeIdentity(null);
    const before = countRefs();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 100; i++) scope.addFunction(() => i, 0, "1:1");
      // The target of a new WeakRef is kept until the end of this turn.
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    expect(countRefs() - before).toBeLessThan(500);
    expect(scope.isUsed).toBe(false);
  },
);
