import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TargetError } from "../../base/errors.ts";
import type { ReferenceTarget } from "../form/packed-target.ts";
import type { ModuleTarget } from "../form/target.ts";
import { syntax } from "../source/load-syntax.ts";

/**
 * Packs a target that is given by its module. Checks in the parent what the module's text shows, without running it.
 *
 * @throws {TargetError} when there is no such module, or it does not export the name; the message lists its exports.
 * @throws {TypeError} when the module is given in a form that does not say where it is.
 */
export function packReference(target: ModuleTarget | URL): ReferenceTarget {
  if (target instanceof URL) {
    const name = decodeURIComponent(target.hash.slice(1));
    return checkReference({ by: "reference", module: withoutHash(target), name: name === "" ? null : name });
  }
  if (typeof target.name !== "string" || target.name === "") {
    throw new TypeError(
      'Cannot read a target: "name" must name an export, write { module: new URL("./job.js", import.meta.url), name: "job" }',
    );
  }
  return checkReference({ by: "reference", module: resolveModule(target.module), name: target.name });
}

/**
 * Resolves a module that is given by URL, absolute path or package name.
 *
 * @returns its URL.
 * @throws {TypeError} when the form does not say where it is; {TargetError} when there is no such package.
 */
export function resolveModule(module: URL | string): string {
  if (module instanceof URL) return withoutHash(module);
  if (typeof module !== "string") {
    throw new TypeError(
      `Cannot read a target: "module" is ${typeof module}, write new URL("./job.js", import.meta.url)`,
    );
  }
  if (/^(file|node|data):/.test(module)) return module;
  if (isAbsolute(module)) return pathToFileURL(module).href;
  if (module.startsWith(".")) {
    throw new TypeError(
      `Cannot read a target: "${module}" does not say relative to what, write new URL(${JSON.stringify(module)}, import.meta.url)`,
    );
  }
  return resolvePackage(module);
}

// A package is looked up from the working directory: its name does not say which module refers to it.
function resolvePackage(name: string): string {
  const { createRequire, isBuiltin } = process.getBuiltinModule("node:module");
  if (isBuiltin(name)) return `node:${name}`;
  try {
    return pathToFileURL(createRequire(`${process.cwd()}/program.js`).resolve(name)).href;
  } catch (cause) {
    throw new TargetError(
      `Cannot find module "${name}" from ${process.cwd()}: give its URL, import.meta.resolve("${name}")`,
      { cause },
    );
  }
}

function withoutHash(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length);
}

function checkReference(target: ReferenceTarget): ReferenceTarget {
  if (target.module.startsWith("node:")) return checkBuiltin(target);
  if (!target.module.startsWith("file:")) return target;
  const path = fileURLToPath(target.module);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // Without free descriptors the start itself will fail, and report that.
    if (code === "EMFILE" || code === "ENFILE") return target;
    const why = code === "ENOENT" || code === "ENOTDIR" ? "there is no such module" : message;
    throw new TargetError(`Cannot start a process on ${path}: ${why}`, { cause });
  }
  const name = target.name;
  if (name === null || looksExported(text, name)) return target;
  const names = syntax().readExportNames(text, path);
  if (names !== undefined && !names.includes(name)) {
    throw new TargetError(
      `Cannot start "${name}" of ${path}: the module does not export it, it exports ${names.join(", ") || "nothing"}`,
    );
  }
  return target;
}

function checkBuiltin(target: ReferenceTarget): ReferenceTarget {
  const { module, name } = target;
  const exports = process.getBuiltinModule(module) as object | undefined;
  if (exports === undefined) throw new TargetError(`Cannot start a process on ${module}: this Node has no such module`);
  if (name === null || name === "default" || name in exports) return target;
  throw new TargetError(
    `Cannot start "${name}" of ${module}: the module does not export it, it exports ${Object.keys(exports).join(", ")}`,
  );
}

// Recognises the usual forms of an export by a regular expression, so that few modules need the parser.
function looksExported(text: string, name: string): boolean {
  const word = name.replace(/\$/g, "\\$");
  return new RegExp(
    name === "default"
      ? "\\bexport\\s+default\\b"
      : `\\bexport\\s+(?:async\\s+)?(?:function\\s*\\*?|const|let|var|class)\\s+${word}(?![\\w$])`,
  ).test(text);
}
