#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// A reader such as `head` may close its end before all output is written.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2), process);
// A module that the doctor imported may have left servers and timers. Exit once the output is written.
if (process.argv[2] === "doctor") process.stdout.write("", () => process.exit());
