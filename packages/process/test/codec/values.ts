import fc from "fast-check";

export { fc };

const key = fc.string({ maxLength: 5 });
const leaf = fc.oneof(
  fc.anything({ maxDepth: 0 }),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 8 }),
  fc.float64Array({ maxLength: 4 }),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  fc.webUrl().map((url) => new URL(url)),
  fc.constantFrom(/a+/g, -0, Number.NaN, undefined, null),
);

/** Values that arrive equal in threads and in processes. */
export const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(leaf, { maxLength: 3 }).map((items) => new Set(items)),
    fc
      .tuple(fc.string(), tie("value"))
      .map(([message, cause]) => Object.assign(new RangeError(message), { code: "E_TEST", detail: cause })),
  ),
})).value;
