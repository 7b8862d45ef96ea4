#!/usr/bin/env node
// `npx manyhands-bench` runs the package of that name. This one runs the command of @manyhands/bench.
await import(new URL("bin/manyhands-bench.js", import.meta.resolve("@manyhands/bench/package.json")).href);
