// What a manager's process runs: its maker names it by this file's URL.
export { serve } from "../manager/server/serve-manager.ts";
