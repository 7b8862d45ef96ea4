import type { ErrorObject, ValidateFunction } from "ajv";

/** The schema of results in this package. */
const file = new URL("../../schema/result-1.json", import.meta.url);

let validate: ValidateFunction | undefined;

/**
 * Validates the parsed value of a file by the published JSON schema of results.
 *
 * @returns the first error as text, with the number of further ones; `undefined` for a valid value.
 */
export function schemaErrorOf(value: unknown): string | undefined {
  validate ??= compile();
  if (validate(value)) return undefined;
  const [first, ...more] = validate.errors as [ErrorObject, ...ErrorObject[]];
  return `${errorText(first)}${more.length === 0 ? "" : `, and ${more.length} more like it`}`;
}

/** Loads ajv on the first use: a measurement does not need it. */
function compile(): ValidateFunction {
  const { createRequire } = process.getBuiltinModule("node:module");
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { Ajv2020 } = createRequire(import.meta.url)("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  // All errors are counted: their number shows whether a value is wrong or the whole file is of another kind.
  return new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(file, "utf8")));
}

function errorText({ instancePath, message = "is wrong", params, keyword }: ErrorObject): string {
  const place = instancePath === "" ? "the result" : instancePath.slice(1).replaceAll("/", ".");
  return `${place} ${message}${keyword === "enum" ? `: ${(params.allowedValues as unknown[]).join(", ")}` : ""}`;
}
