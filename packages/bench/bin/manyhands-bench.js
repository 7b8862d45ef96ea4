#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { runForkReady } from "../dist/cli/fork-ready.js";
import { main } from "../dist/cli/main.js";

const argv = process.argv.slice(2);
process.exitCode = (await runForkReady(fileURLToPath(import.meta.url), argv)) ?? (await main(argv, process));
// An interrupted measurement may leave handles that would keep this program alive.
process.stdout.write("", () => process.exit());
