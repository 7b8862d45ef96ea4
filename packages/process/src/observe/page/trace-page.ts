import { readFileSync } from "node:fs";
import { packageFolder } from "../../base/package-files.ts";
import type { Trace } from "../model/trace.ts";
import { escapeMarkup } from "./markup.ts";
import { arrowKinds, kindOf, pageData, stretchKinds } from "./page-data.ts";
import { stateDiagram } from "./state-diagram.ts";
import { leadOf, timeSection } from "./time-section.ts";

/** The labels of the legend. */
const stretchLabels: Readonly<Record<(typeof stretchKinds)[number], string>> = {
  new: "new",
  ready: "ready",
  computing: "running",
  gc: "garbage collection",
  lock: "waits for a lock",
  queue: "waits for a queue",
  message: "waits for a message",
  child: "waits for a child",
  idle: "waits, idle",
  zombie: "zombie",
};

/** A trace as a page in one file, which loads nothing. */
export function tracePage(trace: Trace): string {
  const { title, node, end, lanes, dropped } = trace;
  // An end tag in a name must not reach the parser of the page.
  const drawn = pageData(trace);
  const data = JSON.stringify(drawn).replaceAll("<", "\\u003c");
  const about = `${lanes.length} processes and threads · ${(end / 1e6).toFixed(3)} s · Node ${node.replace("v", "")}`;
  const left = Object.entries(dropped).map(([kind, count]) => `${count} ${kind}`);
  const warning =
    left.length === 0
      ? ""
      : `<p class="warning">Left out for want of space: ${escapeMarkup(left.join(", "))}. Sums and arrows lack them.</p>`;
  const { stretches, arrows } = drawn.left;
  const undrawn =
    stretches + arrows === 0
      ? ""
      : `<p class="warning">Not drawn, since they are the shortest: ${stretches} stretches and ${arrows} arrows.</p>`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(`Trace of ${title}`)}</title>`,
    `<style>${asset("page.css")}</style>`,
    `</head><body><header><h1>Trace of ${escapeMarkup(title)}</h1><p class="faint">${escapeMarkup(about)}</p>`,
    `<p class="lead">${escapeMarkup(leadOf(lanes))}</p>${warning}${undrawn}</header><main>`,
    '<section class="alive"><h2>States</h2>',
    '<p class="faint">The process states of the textbooks, at the playhead. Each dot is a process. The count beside an arrow says how often it was taken until then.</p>',
    stateDiagram(),
    '<div class="player"><button id="play" aria-pressed="false">Play</button><input id="playhead" type="range" min="0" max="10000" value="0" aria-label="Playhead"><output id="time">0 ms</output></div>',
    "</section>",
    '<section><h2>Timeline</h2><div class="tools"><span class="buttons"><button id="in" title="Zoom in (+)">+</button><button id="out" title="Zoom out (−)">−</button><button id="fit" title="The whole trace (0)">Fit</button></span>',
    `<span class="legend" id="legend">${legend(trace)}</span></div>`,
    '<div id="timeline" tabindex="0" role="application" aria-label="Timeline of processes. Arrow keys move the playhead and choose a process, plus and minus zoom, space plays"><canvas id="lanes"></canvas><div id="tip" hidden></div></div>',
    '<p class="faint" id="detail" aria-live="polite">Drag to move, Ctrl and the wheel or + and − to zoom, ← → for the playhead, ↑ ↓ for the process, N and P for its next and previous state, space to play, 0 for all.</p>',
    "</section>",
    `<section><h2>Where the time went</h2>${timeSection(lanes)}`,
    '<p class="faint">A process whose thread is blocked, or whose event loop is idle while its code awaits something, waits. CPU is the processor time of the thread, and of the whole process for a main thread.</p></section>',
    "</main><footer>Written by manyhands trace. This file holds the whole picture and loads nothing.</footer>",
    `<script type="application/json" id="data">${data}</script><script>${script()}</script></body></html>\n`,
  ].join("\n");
}

/** The kinds of stretches and arrows that the trace has. */
function legend({ lanes, arrows }: Trace): string {
  const drawn = new Set(lanes.flatMap(({ stretches }) => stretches.map(kindOf)));
  const kinds = stretchKinds
    .filter((kind) => drawn.has(kind))
    .map((kind) => `<span><i class="key ${kind}"></i>${stretchLabels[kind]}</span>`);
  const toggles = arrowKinds.map((kind, i) =>
    arrows.every((arrow) => arrow.kind !== kind)
      ? ""
      : `<label class="toggle"><input type="checkbox" data-arrow="${i}"${kind === "message" ? "" : " checked"}><i class="line ${kind}"></i>${kind}</label>`,
  );
  return `${kinds.join("")}<span class="break"></span>${toggles.join("")}`;
}

/** The modules of the page's script as one: a file that is opened without a server cannot import others. */
function script(): string {
  const modules = ["model.js", "timeline.js", "states.js", "controls.js"].map(asset);
  const body = modules.map((text) => text.replace(/^import [^;]*;$/gm, "").replace(/^export /gm, "")).join("\n");
  return `(() => {\n${body}})();`;
}

function asset(name: string): string {
  return readFileSync(new URL(`page/${name}`, packageFolder()), "utf8");
}
