import type { Result } from "../../base/result-file.ts";
import { messageText } from "./message-text.ts";
import { scalingText } from "./scaling-text.ts";
import { spawnText } from "./spawn-text.ts";
import { suiteText } from "./suite-text.ts";
import type { Style } from "./terminal-style.ts";

/**
 * Formats any result for a terminal.
 *
 * @param withMean whether to print the geometric mean of all kernels' speed-ups.
 */
export function resultText(result: Result, style: Style, withMean = false): string {
  switch (result.kind) {
    case "scaling":
      return scalingText(result, style) + suiteText(result, style, withMean);
    case "message":
      return messageText(result, style);
    case "spawn":
      return spawnText(result, style);
  }
}
