/**
 * Lines of a table for a terminal: columns are as wide as their widest cell, all but the last aligned to the right.
 *
 * @param rows the head first.
 */
export function textTable(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padStart(widths[column] as number),
    );
    return (indent + cells.join("  ")).trimEnd();
  });
}
