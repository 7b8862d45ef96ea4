/** The value of the attribute `error.type`: the `code` of an error, or its class. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : error.name;
}
