#!/usr/bin/env node
// `npx manyhands` runs the package of that name. This one runs the command of @manyhands/process.
await import(new URL("bin/manyhands.js", import.meta.resolve("@manyhands/process/package.json")).href);
