import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { expect, it, vi } from "vitest";
import { createPrivatePath } from "../../src/socket/private-path.ts";

// Another process removes its socket after the check and before the removal.
vi.mock("../../src/posix/calls/own-file.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/posix/calls/own-file.ts")>();
  const isOwn: typeof original.isOwn = (path, type) => {
    const isFound = original.isOwn(path, type);
    if (type === "socket") rmSync(path);
    return isFound;
  };
  return { ...original, isOwn };
});

it("remove() removes the folder while the process that listened there removes its socket", async () => {
  const { path, remove } = createPrivatePath();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  remove();
  expect(existsSync(dirname(path))).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});
