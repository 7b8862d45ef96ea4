#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// Whoever reads the answer may have had enough of it, as `head` does.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2), process);
// A module that the doctor looked at may have left servers and timers; what was written must be out first.
if (process.argv[2] === "doctor") process.stdout.write("", () => process.exit());
