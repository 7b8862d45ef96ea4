#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

process.exitCode = await main(process.argv.slice(2), process);
// What was cut short may have left something that waits for who is gone, and would keep this program for ever.
process.stdout.write("", () => process.exit());
