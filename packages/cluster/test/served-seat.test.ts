import { serialize } from "@manyhands/process/engine";
import { expect, it } from "vitest";
import { clientRoots } from "../src/code/roots.ts";
import { BlobCache } from "../src/server/blob-cache.ts";
import { type SeatHost, ServedSeat } from "../src/server/served-seat.ts";
import type { Entry, HeldSeat, WorkerTransport } from "../src/transport/transport.ts";
import { SeatChannel } from "../src/wire/seat-channel.ts";
import type { FromSeat } from "../src/wire/seat-message.ts";

const key = Buffer.from("the key of the cluster");
const admission = { roots: clientRoots(), allowsCode: false };

it.each([1, null, "text", { parts: 1 }])("a seat ends when its client sends %o", async (message) => {
  const posted: Entry[] = [];
  const transport = { mostBytes: 1e6, post: async (_: unknown, entry: Entry) => posted.push(entry) } as never;
  const blobs = new BlobCache(transport as WorkerTransport);
  const host: SeatHost = { id: "worker", leaseMs: 1000, key, startMethod: "thread", transport, admission, blobs };
  const seat = new ServedSeat(host, { id: "client.seat", request: { client: "client", leaseMs: 1000 } } as HeldSeat);
  const client = new SeatChannel<FromSeat>(key, "to worker", "client", "client.seat");
  const [first] = posted as [Entry];
  const here = client.open(first.number, first.bytes) as { message: Extract<FromSeat, { here: unknown }> };
  client.session = here.message.here.session;
  seat.take({ seat: seat.id, ...client.seal(serialize(message)) });
  await expect(seat.left).resolves.toBeUndefined();
});
