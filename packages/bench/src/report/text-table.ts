/**
 * Lines of a table for a terminal: columns are as wide as their widest cell; words stand on the left, numbers on the
 * right.
 */
export function textTable(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const columns = (rows[0] ?? []).map((_, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    const words = cells.slice(1).some((cell) => /^[\p{L}"]/u.test(cell) && !/^(n\/a|no interval|any)$/.test(cell));
    return { width: Math.max(...cells.map((cell) => cell.length)), words };
  });
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const { width = 0, words = false } = columns[at] ?? {};
      return words || at === row.length - 1 ? cell.padEnd(width) : cell.padStart(width);
    });
    return (indent + cells.join("  ")).trimEnd();
  });
}
