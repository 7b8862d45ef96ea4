#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

process.exitCode = await main(process.argv.slice(2), process);
// An interrupted measurement may leave handles that would keep this program alive.
process.stdout.write("", () => process.exit());
