import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ringBell } from "../../src/memory/bell.ts";
import { ownedPath, readFileName } from "../../src/memory/file-path.ts";
import { thisThread } from "../../src/memory/system-thread.ts";

const program = fileURLToPath(new URL("../fixture/foreign-files.js", import.meta.url));
const isRoot = process.getuid?.() === 0;

// Files of attackers must not be where other programs of this machine look, so the programs run in a mount namespace.
const unshare = ["unshare", ...(isRoot ? [] : ["-r"]), "-m"];
const mounted = (mounts: string) => [...unshare, "sh", "-c", `${mounts} && exec "$@"`, "sh"];
const own = mounted("mount -t tmpfs tmpfs /dev/shm");
const canMount = spawnSync(own[0] as string, [...own.slice(1), "true"]).status === 0;
const canUnsharePids = canMount && spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mh-files-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(before: readonly string[], name: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const [command = "", ...args] = [...before, process.execPath, program, name];
    execFile(command, args, { env: { ...process.env, TMPDIR: folder, ...env } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${name}: ${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

describe.runIf(canMount)("files of other users and of other types (needs the right to mount)", () => {
  const mapped = "mount -t tmpfs -o mode=1777 tmpfs $TMPDIR && mount -t tmpfs tmpfs /dev/shm";

  it("a sweep neither hangs at them nor removes them, and removes the files of a killed program", async () => {
    expect(JSON.parse(await run(mounted(mapped), "attack"))).toEqual({
      code: 0,
      text: "false\n3000000\n",
      planted: expect.any(Number),
      lost: [],
      removed: true,
      canaries: "alive",
      canary: true,
    });
  });

  it("a listener removes abandoned folders of its user, and nothing in their place", async () => {
    expect(JSON.parse(await run(mounted(mapped), "sockets"))).toEqual({
      code: 0,
      lost: [],
      wasRemoved: true,
      canaries: ["canary", "listener"],
      planted: isRoot ? 10 : 6,
    });
  });

  it("SharedMemory refuses them by name", async () => {
    const { isOther, errors } = JSON.parse(await run(mounted(mapped), "named"));
    const each = (reason: string) => [
      `TypeError: ${reason}, choose another name`,
      expect.stringMatching(new RegExp(`^(ForeignFile|Type)Error: ${reason}; remove it`)),
    ];
    expect(errors).toEqual([
      ...each("it is not a file"),
      ...each("it is a symbolic link"),
      ...each("it is not a file"),
      ...(isOther
        ? [...each("it belongs to another user"), expect.stringContaining("it belongs to another user")]
        : []),
    ]);
  });
});

describe.runIf(canUnsharePids)("files of other PID namespaces (needs the right to make one)", () => {
  const mapped = "mount -t tmpfs tmpfs $TMPDIR && mount -t tmpfs tmpfs /dev/shm";

  it("a sweep keeps the files of a running program, with and without /proc", async () => {
    const { answers, left } = JSON.parse(await run(mounted(mapped), "namespaces"));
    const expected = JSON.stringify({ result: [false, 1], spilled: 3_000_000, attached: 42, hasSocket: true });
    expect(new Set(Object.values(answers))).toEqual(new Set([expected]));
    expect(Object.keys(answers)).toHaveLength(16);
    expect(left).toEqual([]);
  }, 300_000);

  it.each([
    ["its own /proc", ["unshare", "--pid", "--fork", "--mount-proc"]],
    ["the /proc of its parent", ["unshare", "--pid", "--fork"]],
    ["no /proc", ["unshare", "--pid", "--fork", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]],
  ])("the lock of a killed child is handed on in a namespace with %s", async (_, place) => {
    expect(JSON.parse(await run([...own, ...place], "handOn"))).toEqual([true, true]);
  });
});

it("ringBell() writes nothing through a symbolic link, or to a file", () => {
  const name = process.pid;
  const link = ownedPath("bell", thisThread(), name.toString(16));
  const target = join(folder, "target");
  writeFileSync(target, "unchanged");
  symlinkSync(target, link);
  try {
    ringBell(thisThread(), name);
  } finally {
    rmSync(link);
  }
  expect(readFileSync(target, "utf8")).toBe("unchanged");
  writeFileSync(link, "");
  try {
    ringBell(thisThread(), name);
    expect(readFileSync(link, "utf8")).toBe("");
  } finally {
    rmSync(link);
  }
});

it("readFileName() reads whole names only", () => {
  const owner = { id: 12, start: 34, namespace: 0xf000_0001 };
  const name = basename(ownedPath("segment", owner, "0a1b"));
  expect(readFileName(name)).toEqual({ kind: "segment", owner });
  for (const other of [`${name}\n`, `\n${name}`, `${name}/x`, `x${name}`, "manyhands-segment-12-34-0a1b", "manyhands-"])
    expect(readFileName(other)).toBeUndefined();
});

describe("the folder for temporary files", () => {
  const message =
    /^ERR_MANYHANDS_TEMPORARY_FOLDER Cannot make temporary files: the folder \S+ cannot be written to \(EROFS\); make it writable, or set TMPDIR to a folder that is$/;
  const shmReadOnly = "mount -t tmpfs -o ro tmpfs $TMPDIR && mount -t tmpfs -o ro tmpfs /dev/shm";

  it("Listener, Manager and allowWatching() use /tmp when TMPDIR is missing", async () => {
    const lines = (await run([], "folder", { TMPDIR: "/no/such" })).trimEnd().split("\n");
    expect(lines).toEqual(["none", "none", "none", "none"]);
  });

  it.runIf(canMount)("they use /tmp when TMPDIR is read-only, and so does shared memory without /dev/shm", async () => {
    const lines = (await run(mounted(shmReadOnly), "folder")).trimEnd().split("\n");
    expect(lines).toEqual(["none", "none", "none", "none"]);
  });

  it.runIf(canMount)("they name TMPDIR when all folders are read-only", async () => {
    const readOnly = mounted(`${shmReadOnly} && mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp`);
    const lines = (await run(readOnly, "folder")).trimEnd().split("\n");
    expect(lines).toEqual(Array(4).fill(expect.stringMatching(message)));
  });
});
