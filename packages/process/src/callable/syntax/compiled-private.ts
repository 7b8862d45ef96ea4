/**
 * Whether a function's text uses a variable as a compiler does that has replaced a private member by a weak map or set:
 * esbuild, tsc, swc and Babel call helpers with it, or add `this` to it.
 */
export function namesCompiledPrivate(text: string, name: string): boolean {
  const variable = name.replaceAll("$", "\\$");
  const calls = "(?:__private|__classPrivateField|_class_?[pP]rivate)\\w+\\(";
  const pattern = `${calls}(?:[\\w$]+,\\s*)?${variable}(?![\\w$])|(?<![\\w$.])${variable}\\.(?:set|add)\\(this(?![\\w$])`;
  return new RegExp(pattern).test(text);
}
