import type { Result } from "../../base/result-file.ts";
import { messageHtml } from "./message-html.ts";
import { scalingHtml } from "./scaling-html.ts";
import { spawnHtml } from "./spawn-html.ts";

/** Formats any result as a page. */
export function resultHtml(result: Result): string {
  switch (result.kind) {
    case "scaling":
      return scalingHtml(result);
    case "message":
      return messageHtml(result);
    case "spawn":
      return spawnHtml(result);
  }
}
