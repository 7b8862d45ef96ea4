import { significant } from "./duration.ts";

const scales = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Formats a number of bytes, in powers of 1024: `64 MiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "n/a";
  let value = bytes;
  let scale = 0;
  while (Math.abs(value) >= 1024 && scale < scales.length - 1) {
    value /= 1024;
    scale++;
  }
  return `${Number.isInteger(value) ? value : significant(value, 3)} ${scales[scale]}`;
}

/**
 * Parses a size: `0`, `512`, `64K`, `16M`, `1GiB`. K, M and G are powers of 1024.
 *
 * @returns bytes.
 * @throws {RangeError} when the text is no size.
 */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
  if (match === null)
    throw new RangeError(`Cannot read size "${text}": write bytes, or a number with K, M or G, as in 64M`);
  const power = ["", "K", "M", "G"].indexOf((match[2] ?? "").toUpperCase());
  return Math.round(Number(match[1]) * 1024 ** power);
}
