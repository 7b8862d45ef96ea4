import type { ModuleNamespace } from "./dynamic-import.ts";

/** Whether `require()` compiles a module of this extension in this thread, by Node or by a hook of the program. */
export function hasRequireHook(url: string): boolean {
  return url.startsWith("file:") && extensionOf(url) in loader(url).extensions;
}

/** Whether a hook of the program, such as that of ts-node, makes `require()` load a module that Node cannot load. */
export function isRequiredByHookOnly(url: string): boolean {
  return hasRequireHook(url) && !/^\.(js|json|node)$/.test(extensionOf(url));
}

/** Requires a module, and makes of its exports what `import()` would give. */
export function requireModule(url: string): ModuleNamespace {
  const exports: unknown = loader(url)(process.getBuiltinModule("node:url").fileURLToPath(url));
  return { ...(exports as object), default: exports, "module.exports": exports };
}

function loader(url: string): NodeJS.Require {
  return process.getBuiltinModule("node:module").createRequire(url);
}

// Node's handler of `.js` loads `.cjs` and `.mjs` too.
function extensionOf(url: string): string {
  const { extname } = process.getBuiltinModule("node:path");
  return extname(new URL(url).pathname).replace(/^\.[cm]js$/, ".js");
}
