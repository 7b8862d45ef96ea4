import { isUtf8 } from "node:buffer";

/**
 * Decodes a string of Python: UTF-8 in which surrogates are encoded too (`surrogatepass`).
 *
 * @throws {TypeError} when the bytes are not that.
 */
export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  // Splits at encoded surrogates, 0xED 0xA0…0xBF, and decodes what is between them.
  const parts: string[] = [];
  let start = 0;
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    const [second = 0, third = 0] = bytes.subarray(at + 1, at + 3);
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
    parts.push(
      decodeStrictly(bytes.subarray(start, at)),
      String.fromCharCode(0xd000 | ((second & 63) << 6) | (third & 63)),
    );
    start = at + 3;
  }
  parts.push(decodeStrictly(bytes.subarray(start)));
  return parts.join("");
}

/** Encodes a string as Python does. */
export function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  for (const part of text.split(/(\p{Surrogate})/u)) {
    const code = part.length === 1 ? part.charCodeAt(0) : 0;
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    parts.push(isSurrogate ? Buffer.from([0xed, 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]) : Buffer.from(part));
  }
  return Buffer.concat(parts);
}

function decodeStrictly(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new TypeError("a string is not UTF-8");
  return bytes.toString("utf8");
}
