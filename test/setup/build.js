import { execFileSync } from "node:child_process";

/** Builds the packages before any test, so that tests run the current sources. */
export default function setup() {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: new URL("../..", import.meta.url),
    stdio: ["ignore", "ignore", "inherit"],
  });
}
