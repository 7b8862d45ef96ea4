import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { ClusterError, cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { hasOpenssl, makeCertificates } from "./setup/certificates.ts";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { task } from "./setup/scene.ts";
import { command, repository, TestWorker } from "./setup/worker-program.ts";

if (!hasOpenssl) console.log("no openssl: the tests of TLS are skipped");

describe.runIf(serverProgram !== undefined && hasOpenssl)("a cluster at a rediss:// URL", () => {
  const files = makeCertificates();
  const [ca, cert, key] = [files.ca, files.cert, files.key].map((file) => readFileSync(file));
  const redises: TestRedis[] = [];
  const workers: TestWorker[] = [];
  beforeAll(async () => {
    // Redis asks clients for certificates by default.
    redises.push(
      ...(await Promise.all([TestRedis.start({ tls: files }), TestRedis.start({ tls: files, takesAnyone: true })])),
    );
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  });
  afterAll(() => Promise.all(redises.map((redis) => redis.kill())));

  it("is used by both sides with a certificate authority and a certificate of their own", async () => {
    const { url } = redises[0] as TestRedis;
    const flags = ["--tls-ca", files.ca, "--tls-cert", files.cert, "--tls-key", files.key];
    workers.push(await TestWorker.start(url, "--cores", "1", ...flags));
    await using pool = new Pool({ processes: 1, engine: cluster(url, { tls: { ca, cert, key } }) });
    expect(await pool.map(task("double"), [1, 2, 3] as never)).toEqual([2, 4, 6]);
  });

  it("is shown by manyhands top with the same flags as the worker program has", async () => {
    const { url } = redises[0] as TestRedis;
    const flags = ["--tls-ca", files.ca, "--tls-cert", files.cert, "--tls-key", files.key];
    workers.push(await TestWorker.start(url, "--cores", "1", ...flags));
    const words = [command, "top", "--connect", url, "--count", "1", ...flags];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: repository });
    expect(stdout).toMatch(/^1 machines, \d cores, /);
  });

  it("is used by both sides without a certificate of their own, when the server asks for none", async () => {
    const { url } = redises[1] as TestRedis;
    workers.push(await TestWorker.start(url, "--cores", "1", "--tls-ca", files.ca));
    await using pool = new Pool({ processes: 1, engine: cluster(url, { tls: { ca } }) });
    expect(await pool.map(task("double"), [1, 2, 3] as never)).toEqual([2, 4, 6]);
  });

  it("is not used when its certificate is of an unknown authority, and both sides report it", async () => {
    const { url } = redises[1] as TestRedis;
    const worker = TestWorker.launch(url, "--cores", "1");
    workers.push(worker);
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using pool = new Pool({ processes: 1, engine: cluster(url, { seatWaitMs: 1000 }) });
    const error = await pool.apply(task("double"), [1] as never).catch((reason) => reason);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toContain("self-signed certificate in certificate chain");
    await expect.poll(() => worker.output).toContain("self-signed certificate in certificate chain");
  });
});

describe("manyhands worker", () => {
  it("refuses a file of TLS that it cannot read", async () => {
    const worker = TestWorker.launch("rediss://127.0.0.1:1", "--tls-ca", "/no/such/file");
    expect(await worker.ended()).toBe(2);
    expect(worker.output).toContain("cannot read --tls-ca: ENOENT");
  });
});
