import { defineConfig } from "vitest/config";
import { quietPool } from "./test/setup/quiet-pool.js";

// One run and one summary for the whole repository. Children are started from the built packages (see CONTRIBUTING.md),
// so `dist` is left to Node: transformed copies of it would be second instances beside the ones that children load.
const project = (name: string, root: string, setupFiles: string[] = []) => ({
  test: {
    setupFiles,
    pool: quietPool,
    name,
    root,
    include: ["test/**/*.test.ts"],
    server: { deps: { external: [/\/dist\//] } },
    // Generous, and the only place of such limits: a test that passes never waits for one of them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 100_000, interval: 10 } },
    // Tags are the ids of the CPython tests whose behaviour a test shows. They are many, so they are not declared.
    strictTags: false,
  },
});

export default defineConfig({
  test: {
    globalSetup: ["./test/setup/build.js"],
    // Failures and a summary, with the output of the tests that fail.
    reporters: ["minimal"],
    projects: [
      project("repository", "."),
      project("process", "packages/process", ["test/setup/each-test.ts"]),
      project("bench", "packages/bench"),
      project("cluster", "packages/cluster"),
      project("examples", "examples"),
      project("benchmarks", "benchmarks"),
    ],
    // More than the processors of a small machine: tests wait for children to boot, to exit, and for limits of time.
    maxWorkers: 4,
    // Tests of faults that wait for leases run side by side. Each of them starts several programs.
    maxConcurrency: 2,
  },
});
