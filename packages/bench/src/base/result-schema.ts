import type { ErrorObject, ValidateFunction } from "ajv";

/** Where the schema of results stands in this package. */
const file = new URL("../../schema/result-1.json", import.meta.url);

let validate: ValidateFunction | undefined;

/**
 * Holds a value, as it stands in a file, against the published JSON schema of results.
 *
 * @returns what is wrong first, in words, and how much more is; `undefined` when nothing is.
 */
export function breachOf(value: unknown): string | undefined {
  validate ??= compile();
  if (validate(value)) return undefined;
  const [first, ...more] = validate.errors as [ErrorObject, ...ErrorObject[]];
  return `${wordsOf(first)}${more.length === 0 ? "" : `, and ${more.length} more like it`}`;
}

/** Loaded only here, since measuring does without it. */
function compile(): ValidateFunction {
  const { createRequire } = process.getBuiltinModule("node:module");
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { Ajv2020 } = createRequire(import.meta.url)("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  // Not only the first error, so that one can tell a slip from another kind of file; a wrong list has thousands.
  return new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(file, "utf8")));
}

function wordsOf({ instancePath, message = "is wrong", params, keyword }: ErrorObject): string {
  const place = instancePath === "" ? "the result" : instancePath.slice(1).replaceAll("/", ".");
  return `${place} ${message}${keyword === "enum" ? `: ${(params.allowedValues as unknown[]).join(", ")}` : ""}`;
}
