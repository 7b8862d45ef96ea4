import {
  BufferTooShortError,
  ClosedError,
  type Connection,
  EndOfFileError,
  type SocketConnection,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";

/** Either kind of connection. */
export type AnyConnection = Connection | SocketConnection;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/**
 * The contract of every connection, in shared memory or over a socket.
 *
 * @param makePair creates the two ends of a connection.
 */
export function connectionContract(
  name: string,
  makePair: () => Promise<readonly [AnyConnection, AnyConnection]>,
): void {
  const withPair = async (run: (a: AnyConnection, b: AnyConnection) => Promise<void>) => {
    const [a, b] = await makePair();
    try {
      await run(a, b);
    } finally {
      for (const end of [a, b]) end.close();
    }
  };

  describe(`a connection ${name}`, () => {
    it("is readable and writable, also after close()", () =>
      withPair(async (a) => {
        expect([a.readable, a.writable, a.closed]).toEqual([true, true, false]);
        a.close();
        expect([a.readable, a.writable, a.closed]).toEqual([true, true, true]);
      }));

    it("sends values both ways, until end of file", { tags: ["_TestConnection.test_connection"] }, () =>
      withPair(async (a, b) => {
        await a.send({ sent: [1, "two", null] });
        expect(await b.recv()).toEqual({ sent: [1, "two", null] });
        await b.send("back");
        expect(await a.poll({ timeoutMs: Number.POSITIVE_INFINITY })).toBe(true);
        expect(await a.recv()).toBe("back");
        b.close();
        await expect(a.recv()).rejects.toThrow(EndOfFileError);
      }),
    );

    it.each<[string, () => ArrayBufferView | ArrayBuffer]>([
      ["a Buffer", () => Buffer.from([1, 2, 3, 4])],
      ["an ArrayBuffer", () => Uint8Array.of(1, 2, 3, 4).buffer],
      ["numbers of two bytes", () => new Uint16Array(Uint8Array.of(1, 2, 3, 4).buffer)],
      ["a DataView of a part", () => new DataView(Uint8Array.of(0, 1, 2, 3, 4, 5).buffer, 1, 4)],
      [
        "shared memory",
        () => {
          const bytes = new Uint8Array(new SharedArrayBuffer(4));
          bytes.set([1, 2, 3, 4]);
          return bytes;
        },
      ],
    ])("sendBytes() sends %s", (_, make) =>
      withPair(async (a, b) => {
        await a.sendBytes(make());
        expect([...(await b.recvBytes())]).toEqual([1, 2, 3, 4]);
      }),
    );

    it("sendBytes() sends the selected bytes of a long view", { tags: ["_TestConnection.test_sendbytes"] }, () =>
      withPair(async (a, b) => {
        const bytes = Buffer.from("abcdefghijklmnopqrstuvwxyz");
        const sent = async (offset?: number, size?: number) => {
          await a.sendBytes(bytes, { offset, size });
          return text(await b.recvBytes());
        };
        expect(await sent()).toBe(String(bytes));
        expect(await sent(5)).toBe(String(bytes).slice(5));
        expect(await sent(7, 8)).toBe(String(bytes).slice(7, 15));
        expect(await sent(26)).toBe("");
        expect(await sent(26, 0)).toBe("");
        const shared = new Float64Array(new SharedArrayBuffer(2 ** 16)).fill(1);
        const [received] = await Promise.all([b.recvBytes(), a.sendBytes(shared)]);
        expect(Buffer.compare(received, new Uint8Array(shared.buffer))).toBe(0);
      }),
    );

    it("sendBytes() rejects, and does not throw, what it cannot send", () =>
      withPair(async (a) => {
        const bytes = new Uint8Array(26);
        for (const [offset, size] of [[27], [22, 5], [26, 1], [-1], [4, -1]]) {
          await expect(a.sendBytes(bytes, { offset, size })).rejects.toThrow(RangeError);
        }
        for (const wrong of ["text", [1], undefined, new SharedArrayBuffer(1)])
          await expect(a.sendBytes(wrong as never)).rejects.toThrow("they are neither a view nor an ArrayBuffer");
        a.close();
        await expect(a.sendBytes(bytes)).rejects.toThrow(ClosedError);
      }));

    it(
      "recvBytesInto() writes a message into a buffer, or keeps it in the error when the buffer is too short",
      {
        tags: ["_TestConnection.test_connection"],
      },
      () =>
        withPair(async (a, b) => {
          const numbers = new Int32Array(4);
          await a.sendBytes(Int32Array.of(42, 1729));
          expect(await b.recvBytesInto(numbers, 4)).toBe(8);
          expect([...numbers]).toEqual([0, 42, 1729, 0]);
          await a.sendBytes(Buffer.from("too long for it"));
          const refused = await b.recvBytesInto(new Uint8Array(4)).catch((error) => error);
          expect(refused).toBeInstanceOf(BufferTooShortError);
          expect(text(refused.bytes)).toBe("too long for it");
          await expect(b.recvBytesInto(numbers, 17)).rejects.toThrow(
            "Cannot receive at offset 17 of a buffer of 16 bytes",
          );
          await expect(b.recvBytesInto([] as never)).rejects.toThrow("write a view, such as Buffer.alloc(1024)");
        }),
    );
  });
}
