import type { RedisOptions } from "ioredis";
import { expect, it } from "vitest";
import { followNode } from "../src/transport/follow-node.ts";

const local = { host: "127.0.0.1", port: 1 };
const remote = { host: "10.0.0.1", port: 1 };

/** The options of a connection, after an error of its server. @returns what ioredis does then, too. */
function after(servers: (typeof local)[], message: string) {
  const options: RedisOptions = { ...servers[0], ...followNode(servers, 2, () => {}) };
  const action = options.reconnectOnError?.(new Error(message));
  return { action, host: options.host, port: options.port };
}

it.each([
  [remote, "MOVED 7 10.0.0.2:6379", { action: 2, host: "10.0.0.2", port: 6379 }],
  [remote, "MOVED 7 fe80::2:6379", { action: 2, host: "fe80::2", port: 6379 }],
  // The node does not know its own address.
  [remote, "MOVED 7 :6379", { action: 2, host: "10.0.0.1", port: 6379 }],
  [local, "MOVED 7 127.0.0.2:6379", { action: 2, host: "127.0.0.2", port: 6379 }],
  // Without a key, no other machine is used.
  [local, "MOVED 7 10.0.0.2:6379", { action: false, ...local }],
  [local, "READONLY You can't write against a read only replica.", { action: 2, ...local }],
  [local, "CLUSTERDOWN Hash slot not served", { action: 2, ...local }],
  [local, "OOM command not allowed", { action: false, ...local }],
])("a connection to %o after the error %s", (server, message, expected) => {
  expect(after([server], message)).toEqual(expected);
});

it("a connection tries its servers one after the other while none answers", () => {
  const servers = [1, 2, 3].map((port) => ({ host: "127.0.0.1", port }));
  const options: RedisOptions = { ...servers[0], ...followNode(servers, 2, () => {}) };
  const tried = [1, 2, 3, 4].map((attempt) => {
    expect(options.retryStrategy?.(attempt)).toBe(200);
    return options.port;
  });
  // The first attempt may be to a node that another one has named.
  expect(tried).toEqual([1, 3, 1, 2]);
});
