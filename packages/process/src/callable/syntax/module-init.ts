// `fn && (result = fn(fn = 0))` for an ECMAScript module, and for CommonJS
// `mod || call((mod = { exports: {} }).exports, mod)`.
const initsOnce =
  /(?<![\w$])([\w$]+)\s*(?:&&\s*\(\s*[\w$]+\s*=[^;]*\(\s*\1\s*=\s*0\s*\)|\|\|[^;]*\(\s*\1\s*=\s*\{\s*exports:\s*\{\s*\}\s*\}\))/;

/**
 * Whether a function's text is that by which esbuild or Rolldown evaluates a module of a bundle when it is needed for
 * the first time. The program did not write its assignments, and each child makes its own.
 */
export function isModuleInit(text: string): boolean {
  return initsOnce.test(text);
}
