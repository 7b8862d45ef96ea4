import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./page.ts";

const sources = execFileSync("git", ["ls-files", "packages/*/src/*.ts"], { cwd: root, encoding: "utf8" });
const codes = sources
  .trimEnd()
  .split("\n")
  .flatMap((file) => [
    ...readFileSync(join(root, file), "utf8").matchAll(
      /ERR_MANYHANDS_([A-Z_]+)|ManyhandsError\(\s*"([A-Z_]+)"|super\("([A-Z_]+)",/g,
    ),
  ])
  .map(([, whole, made, inherited]) => `ERR_MANYHANDS_${whole ?? made ?? inherited}`);
const page = readFileSync(join(root, "docs/guide/errors.md"), "utf8");
const listed = [...page.matchAll(/^\| `(ERR_MANYHANDS_[A-Z_]+)` \|/gm)].map(([, code]) => code);

it("the page of errors lists each code of the sources once, and no others", () => {
  expect(listed.toSorted()).toEqual([...new Set(codes)].sort());
});
