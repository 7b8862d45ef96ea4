import { defineConfig } from "vitest/config";

// One run and one summary for the whole repository. Children are started from the built packages (see CONTRIBUTING.md),
// so `dist` is left to Node: transformed copies of it would be second instances beside the ones that children load.
const project = (name: string, root: string) => ({
  test: {
    name,
    root,
    include: ["test/**/*.test.ts"],
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Tags are the ids of the CPython tests whose behaviour a test shows. They are many, so they are not declared.
    strictTags: false,
  },
});

export default defineConfig({
  test: {
    globalSetup: ["./test-setup.js"],
    projects: [
      project("repository", "."),
      project("process", "packages/process"),
      project("bench", "packages/bench"),
      project("examples", "examples"),
      project("benchmarks", "benchmarks"),
    ],
    maxWorkers: 2,
  },
});
