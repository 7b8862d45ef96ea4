import { type Result, stringifyResult } from "../base/result-file.ts";
import { resultCsv, summaryCsv } from "../report/export/csv.ts";
import { bencherJson, githubActionJson, hyperfineJson } from "../report/export/interop.ts";
import { resultMarkdown } from "../report/export/markdown.ts";
import { resultHtml } from "../report/html/result-html.ts";

/** Functions that format a result as one text, by the format's name. Pictures are several files: see `pictureFiles`. */
export const formats = {
  json: stringifyResult,
  csv: resultCsv,
  summary: summaryCsv,
  md: resultMarkdown,
  html: resultHtml,
  hyperfine: hyperfineJson,
  bmf: bencherJson,
  "github-action": githubActionJson,
} as const satisfies Record<string, (result: Result) => string>;
