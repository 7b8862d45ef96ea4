import { cluster, serve } from "@manyhands/cluster";
import { describe, expect, it } from "vitest";

const url = "redis://127.0.0.1:1";

describe("the options of cluster() and serve()", () => {
  it.each([0, 999, 1000.5, 2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, "1000"])(
    "leaseMs of %s is refused",
    async (leaseMs) => {
      const message = /leaseMs is .*, write whole milliseconds, from 1000 to 2147483647$/;
      expect(() => cluster(url, { leaseMs: leaseMs as number })).toThrow(message);
      await expect(serve(url, { leaseMs: leaseMs as number })).rejects.toThrow(message);
    },
  );

  // Otherwise the promise would not settle, as there is no Redis.
  it("serve() refuses a short key and an unknown start method before it connects", async () => {
    await expect(serve(url, { authKey: "short" })).rejects.toThrow(/^Cannot use authKey/);
    await expect(serve(url, { startMethod: "rocket" as never })).rejects.toThrow(/startMethod is rocket, write /);
  });

  it.each(["redis://user:pa#ss@host:1", "redis://user:pa/ss@host:1", "http://user:pa?ss@host:1"])(
    "the error for %s does not show the password",
    (wrong) => {
      expect(() => cluster(wrong)).toThrow(/the URL is (redis|http):\/\/host:1, write .*; encode .* of a password/);
    },
  );

  it.each([
    "redis+sentinel://host:1",
    "redis+sentinel://host:1/",
    "redis+sentinel://host/a/b",
    "redis://host:1,:2",
    "redis://",
  ])("the URL %s is refused", (wrong) => {
    expect(() => cluster(wrong)).toThrow(/^Cannot use a cluster: the URL is .*redis\+sentinel:\/\/HOST:PORT\/NAME/);
  });

  it.each([
    ["redis://user:pa@ss@host:1/2", "redis://host:1/2"],
    ["redis://host:1?password=secret&db=2", "redis://host:1"],
    ["redis://[fe80::1]:6379", "redis://[fe80::1]:6379"],
    ["redis://user:pass@127.0.0.1:1,host:2", "redis://127.0.0.1:1,host:2"],
    ["rediss+sentinel://user:pass@host:1,host:2/name", "rediss+sentinel://host:1,host:2/name"],
  ])("%s is shown as %s", (given, shown) => {
    expect(() => cluster(given)).toThrow(`Cannot use a cluster at ${shown}: without a key`);
  });
});
