import type { Result } from "../base/result-file.ts";
import { messageText } from "./message-text.ts";
import { scalingText } from "./scaling-text.ts";
import { spawnText } from "./spawn-text.ts";
import type { Style } from "./style.ts";

/** Any result for a terminal. */
export function resultText(result: Result, style: Style): string {
  switch (result.kind) {
    case "scaling":
      return scalingText(result, style);
    case "message":
      return messageText(result, style);
    case "spawn":
      return spawnText(result, style);
  }
}
