import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Arrow } from "../../src/observe/model/arrows.ts";
import { pageData } from "../../src/observe/page/page-data.ts";
import { runCommand } from "../fixture/run-fork-ready.ts";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const folder = mkdtempSync(join(tmpdir(), "manyhands-page-"));
const page = join(folder, "trace.html");

beforeAll(async () => {
  const program = join(folder, "program.mjs");
  writeFileSync(
    program,
    `import { Lock, Process, Semaphore } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
     const [lock, asked] = [new Lock(), new Semaphore(0)];
     lock.name = "</script><b>accounts";
     await lock.acquire();
     function hold(lock, asked) {
       asked.release();
       return lock.hold(() => {});
     }
     const children = ["Ada", "Grace"].map((name) => new Process(hold, { args: [lock, asked], name }).start());
     for (const _ of children) await asked.acquire();
     await new Promise((resolve) => setTimeout(resolve, 100));
     lock.release();
     for (const child of children) await child.join();`,
  );
  const { code, err } = await runCommand(["trace", "--out", page, program]);
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringMatching(/^3 processes.*trace\.html, open it in a browser\n$/),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the page of a trace", () => {
  it("has the processes, the sums and the waits by name, and loads nothing", () => {
    const text = readFileSync(page, "utf8");
    expect(text).toContain('<th scope="row">Ada</th>');
    expect(text).toContain("What all together waited for");
    expect(text).toContain("&#60;/script&#62;&#60;b&#62;accounts");
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(text).not.toMatch(/(src|href)=|@import|url\((?!#)/);
    expect(text).not.toMatch(/^(import|export) /m);
  });

  it("leaves out the shortest arrows of a long trace, and none of the life of a process", () => {
    const arrow = (kind: Arrow["kind"], at: number, ms: number): Arrow => {
      return { kind, from: "0", to: "0.1", sentAt: at, receivedAt: at + ms, label: kind };
    };
    const short = Array.from({ length: 25_000 }, (_, at) => arrow("message", at, 1));
    const arrows = [...short, arrow("lock", 30_000, 5), arrow("join", 30_010, 0)];
    const drawn = pageData({ title: "long", node: "", end: 31_000, lanes: [], arrows, dropped: {} });
    expect(drawn.left).toEqual({ stretches: 0, arrows: 5002 });
    expect(drawn.arrows).toHaveLength(6 * 20_000);
    expect(drawn.texts).toEqual(["message", "lock", "join"]);
  });

  it.skipIf(chromium === undefined)("counts processes by state, and draws without faults", async () => {
    const reported = join(folder, "reported.html");
    const check = `addEventListener("error", (event) => { document.title = event.message; });`;
    writeFileSync(reported, readFileSync(page, "utf8").replace("<style>", `<script>${check}</script><style>`));
    const { stdout } = await promisify(execFile)(
      chromium as string,
      [
        "--headless",
        "--no-sandbox",
        "--virtual-time-budget=2000",
        "--window-size=400,900",
        "--dump-dom",
        `file://${reported}`,
      ],
      { maxBuffer: 2 ** 24, timeout: 100_000 },
    );
    expect(/<title>(.*?)<\/title>/.exec(stdout)?.[1]).toBe("Trace of program.mjs");
    const counts = [...stdout.matchAll(/class="count"[^>]*>(\d+)</g)].map(([, count]) => Number(count));
    expect(counts).toHaveLength(6);
    // In the middle of the trace, children may not be made yet.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(stdout.match(/<circle r="6"[^>]*><title>\w/g)).toHaveLength(3);
  });
});
