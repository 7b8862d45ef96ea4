import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
// @ts-expect-error plain JavaScript, so that it runs without a build
import { projectTable } from "./install/projects.js";

const page = readFileSync(join(import.meta.dirname, "../packages/process/docs/install.md"), "utf8");

it("docs/install.md lists the projects of test/install/projects.js", () => {
  const [, table = ""] = /<!-- projects: [^>]* -->\n\n([\s\S]*?)\n\n<!-- \/projects -->/.exec(page) ?? [];
  expect(table).toBe(projectTable());
});
