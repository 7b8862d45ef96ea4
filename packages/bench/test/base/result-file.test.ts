import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { catalogue, measureMessages, measureScaling, measureSpawn } from "@manyhands/bench";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { parseResult, type Result, renamedKeys, stringifyResult } from "../../src/base/result-file.ts";

const schema = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve("@manyhands/bench/schema/result-1.json")), "utf8"),
);

/**
 * The same schema, but it also refuses keys that it does not name: every written key must be in the published schema.
 */
function withoutOtherKeys(part: unknown, isKind = false): unknown {
  if (Array.isArray(part)) return part.map((item) => withoutOtherKeys(item));
  if (typeof part !== "object" || part === null) return part;
  const inner = Object.entries(part).map(([key, value]) => {
    const kinds = key === "$defs" ? ["scaling", "spawn", "message"] : [];
    if (kinds.length === 0) return [key, withoutOtherKeys(value)];
    return [
      key,
      Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, withoutOtherKeys(each, kinds.includes(name))]),
      ),
    ];
  });
  const closed = "properties" in part && "required" in part && !isKind ? { unevaluatedProperties: false } : {};
  return { ...Object.fromEntries(inner), ...closed };
}

let results: Result[];
beforeAll(async () => {
  const tiny = { size: "tiny", maxRounds: 6, launches: 2, warmUpMs: 5, levels: [1, 2] } as const;
  const cpus = { usable: 8, affinity: [0, 1], virtual: false, quota: 8, cores: 2, stated: 8 };
  const kernels = catalogue.filter(({ id }) => id === "primes");
  results = [
    await measureScaling({ ...tiny, kernels, cpus, levels: [1, 2, 3, 4, 6, 8], context: { why: "a test" } }),
    await measureScaling({ ...tiny, kernels, mode: "weak", pin: "threads" }),
    await measureSpawn({
      methods: ["worker", "C fork"],
      rounds: 1,
      alive: [0, 1],
      ballasts: [
        { kind: "sab", bytes: 4096 },
        { kind: "buffer", bytes: 0 },
      ],
    }),
    await measureMessages({ transports: ["worker copy", "C pipe"], sizes: [0, 4096], windows: [1, 2], rounds: 1 }),
  ];
});

describe("the published schema", () => {
  it("names every key that a run of each kind writes", () => {
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
      withoutOtherKeys(schema) as object,
    );
    for (const result of results) {
      validate(JSON.parse(stringifyResult(result)));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it("describes the version that runs write", () => {
    for (const { schemaVersion } of results) expect(schema.properties.schemaVersion).toEqual({ const: schemaVersion });
  });
});

it("parseResult returns the written result, with open ends and samples in time order", () => {
  for (const result of results) expect(parseResult(stringifyResult(result), "x")).toEqual(result);
  for (const result of results) {
    const samples =
      result.kind === "spawn" ? result.rows.map(({ starts }) => starts) : result.cells.map((cell) => cell.samples);
    for (const each of samples)
      expect(each.map(({ seq }) => seq)).toEqual(each.map(({ seq }) => seq).sort((a, b) => a - b));
  }
});

it("parseResult reads the keys that earlier results have", () => {
  const result = results.find(({ kind }) => kind === "spawn") as Result;
  const earlier = Object.entries(renamedKeys).reduce(
    (text, [before, now]) => text.replaceAll(`"${now}"`, `"${before}"`),
    stringifyResult(result),
  );
  expect(earlier).not.toBe(stringifyResult(result));
  expect(parseResult(earlier, "x")).toEqual(result);
});

describe("parseResult refuses a damaged file, and the error says why", () => {
  const broken = (change: (value: Record<string, unknown>) => unknown): string => {
    const value = JSON.parse(stringifyResult(results.at(-1) as Result));
    return JSON.stringify(change(value) ?? value);
  };

  it.each<[string, () => string, string]>([
    ["a truncated file", () => '{"schemaVersion": 1,', "it is not JSON"],
    ["the value null", () => "null", "it is no result of manyhands-bench"],
    ["other JSON", () => '{"name": "x"}', "it is no result of manyhands-bench"],
    [
      "a newer version",
      () => broken((value) => ({ ...value, schemaVersion: 2 })),
      "it has version 2, this program knows 1; install a newer one",
    ],
    [
      "an older version",
      () => broken((value) => ({ ...value, schemaVersion: 0 })),
      "it has version 0, and results begin with 1",
    ],
    [
      "an unknown kind",
      () => broken((value) => ({ ...value, kind: "party" })),
      "kind must be equal to one of the allowed values: scaling, spawn, message",
    ],
    ["a missing key", () => broken(({ cells: _, ...rest }) => rest), "the result must have required property 'cells'"],
    [
      "a wrong time",
      () =>
        broken((value) => {
          (value as unknown as { cells: { samples: { wayNs: unknown }[] }[] }).cells[1]!.samples[0]!.wayNs = "soon";
        }),
      "cells.1.samples.0.wayNs must be number",
    ],
  ])("%s", (_, text, why) => {
    expect(() => parseResult(text(), "saved.json")).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(why) }),
    );
    expect(() => parseResult(text(), "saved.json")).toThrow(/^Cannot read saved\.json: /);
  });

  it("accepts unknown keys", () => {
    expect(
      parseResult(
        broken((value) => ({ ...value, later: { more: null } })),
        "x",
      ).kind,
    ).toBe("message");
  });
});
