import { execFileSync } from "node:child_process";

/** Builds the packages before any test: what is tested is what is built from the sources as they stand. */
export default function setup() {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: new URL("../..", import.meta.url),
    stdio: ["ignore", "ignore", "inherit"],
  });
}
