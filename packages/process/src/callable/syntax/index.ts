// What is loaded when the first function, class or script is analysed: one file, with the parser. Other code imports
// only types of it.

export { assignedNames, assignsAtTop } from "./assigned-names.ts";
export { findChanges } from "./changed-properties.ts";
export { isCompiledByRequire } from "./compiled-module.ts";
export { namesCompiledPrivate } from "./compiled-private.ts";
export { readExportNames } from "./export-names.ts";
export { isLiveImport } from "./live-import.ts";
export { isNameOuter } from "./own-name.ts";
export { childrenOf, parseScript, parseSyntax } from "./parse.ts";
export { privateNames } from "./private-names.ts";
export { readMembers, readText } from "./read-text.ts";
export { readFacts } from "./script-facts.ts";
export { sourcePosition } from "./source-position.ts";
export { moduleCacheSource } from "./webpack-modules.ts";
