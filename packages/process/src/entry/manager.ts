// The target of a manager's process, which its creator names by this file's URL.
export { serveManager } from "../manager/server/serve-manager.ts";
