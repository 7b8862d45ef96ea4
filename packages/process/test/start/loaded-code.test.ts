import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const dist = new URL("../../dist/", import.meta.url);

/** The built files that a program loads before it runs: itself and what it imports statically. */
function loadedFiles(program: string): Map<string, number> {
  const files = new Map<string, number>();
  const load = (url: URL) => {
    if (files.has(url.href)) return;
    const text = readFileSync(url, "latin1");
    files.set(url.href, text.length);
    for (const [, path] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.{1,2}\/[^"]+)";$/gm)) {
      load(new URL(path as string, url));
    }
  };
  load(new URL(program, dist));
  return files;
}

// At 0.3 ms a file and 2 ms for 100 KB, this is most of what importing the package and starting a child take. Raise a
// limit only when code is needed by every such program; otherwise import it where it is used.
describe.each([
  { program: "entry/thread.js", of: "a thread", files: 2, kilobytes: 112 },
  { program: "entry/spawn.js", of: "a process", files: 2, kilobytes: 112 },
  { program: "entry/pool-thread.js", of: "a pool's thread", files: 4, kilobytes: 260 },
  { program: "entry/pool-process.js", of: "a pool's process", files: 4, kilobytes: 260 },
  { program: "entry/forkserver.js", of: "a fork server", files: 5, kilobytes: 330 },
  { program: "index.js", of: "a program that imports the package", files: 7, kilobytes: 800 },
])("the program of $of", ({ program, files, kilobytes }) => {
  it(`loads at most ${files} files of ${kilobytes} KB`, () => {
    const loaded = loadedFiles(program);
    expect([...loaded.keys()].slice(files)).toEqual([]);
    expect([...loaded.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(kilobytes * 1000);
  });
});

it("the code that reads texts is in a file of its own", () => {
  const maps = readdirSync(new URL("chunk/", dist)).filter((file) => file.endsWith(".js.map"));
  const sources = maps.flatMap((file) => JSON.parse(readFileSync(new URL(`chunk/${file}`, dist), "utf8")).sources);
  expect(sources.filter((source) => source.includes("/callable/source/")).length).toBeGreaterThan(5);
  expect(sources.filter((source) => source.includes("/callable/syntax/"))).toEqual([]);
});
