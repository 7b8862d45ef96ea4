// Draws the lanes of the processes.
import { clamp, data, element, kinds, shown, stretchAt, text } from "./model.js";

export const canvas = element("lanes");
export const [rowHeight, axisHeight] = [30, 26];
const context = canvas.getContext("2d");
const arrowColours = ["ink", "ink", "computing", "computing", "queue", "lock", "message"];
const mostArrows = 600;
let gutter = 150;

export const width = () => canvas.clientWidth;
const x = (time) => gutter + ((time - shown.from) / (shown.to - shown.from)) * (width() - gutter - 8);
export const timeAt = (px) => shown.from + ((px - gutter) / (width() - gutter - 8)) * (shown.to - shown.from);
export const y = (lane) => axisHeight + lane * rowHeight;

/** Whether a place is in the part of the canvas that shows time. */
export const isTime = (px) => px >= gutter;

export function drawTimeline() {
  gutter = width() < 520 ? 104 : 150;
  const ratio = Math.max(window.devicePixelRatio || 1, 2);
  const height = axisHeight + data.lanes.length * rowHeight + 8;
  canvas.style.height = `${height}px`;
  canvas.width = width() * ratio;
  canvas.height = height * ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "12px system-ui, sans-serif";
  drawAxis(height);
  data.lanes.forEach(drawLane);
  drawArrows();
  drawHead(height);
}

function drawAxis(height) {
  const span = shown.to - shown.from;
  const rough = span / Math.max(2, (width() - gutter) / 110);
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * base).find((size) => size >= rough);
  context.fillStyle = shown.colours.faint;
  context.strokeStyle = shown.colours.rule;
  context.lineWidth = 1;
  context.textAlign = "center";
  for (let time = Math.ceil(shown.from / step) * step; time <= shown.to; time += step) {
    const at = Math.round(x(time)) + 0.5;
    context.beginPath();
    context.moveTo(at, axisHeight - 6);
    context.lineTo(at, height);
    context.stroke();
    context.fillText(timeLabel(time, step), at, 12);
  }
}

function timeLabel(time, step) {
  if (step >= 100_000) return `${Number((time / 1e6).toFixed(1))} s`;
  return step >= 1000 ? `${Number((time / 1000).toFixed(3))} ms` : `${Math.round(time)} µs`;
}

function drawLane(lane, index) {
  const top = y(index);
  if (index === shown.lane) {
    context.fillStyle = shown.colours.rule;
    context.globalAlpha = 0.45;
    context.fillRect(0, top + 1, width(), rowHeight - 2);
    context.globalAlpha = 1;
  }
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width() - gutter, top + rowHeight);
  context.clip();
  const { stretches, tasks } = lane;
  for (let i = Math.max(0, stretchAt(lane, shown.from)) * 4; i < stretches.length && stretches[i] < shown.to; i += 4) {
    const kind = kinds[stretches[i + 2]];
    const [left, right] = [x(stretches[i]), x(stretches[i + 1])];
    const isTall = kind === "computing" || kind === "gc";
    const tall = isTall ? 20 : kind === "idle" || kind === "new" || kind === "zombie" ? 4 : 10;
    context.fillStyle = shown.colours[kind];
    context.fillRect(left, top + (rowHeight - tall) / 2, Math.max(right - left, 0.6), tall);
    if (!isTall && right - left > 70 && text(stretches[i + 3]) !== "") {
      label(text(stretches[i + 3]), left + 5, right - 5, top + 8, shown.colours.ink, "10px");
    }
  }
  for (let i = 0; i < tasks.length; i += 4) {
    const [left, right] = [x(tasks[i]), x(tasks[i + 1])];
    if (right < gutter || left > width()) continue;
    context.strokeStyle = shown.colours.card;
    context.strokeRect(left, top + 5, right - left, 20);
    if (right - left > 30) label(text(tasks[i + 2]), left + 4, right - 4, top + 19, shown.colours.task, "11px");
  }
  context.restore();
  context.fillStyle = shown.colours.ink;
  context.textAlign = "left";
  const indent = Math.min(lane.depth, 4) * (gutter < 150 ? 6 : 12);
  context.font = `${index === shown.lane ? 600 : 400} 13px system-ui, sans-serif`;
  context.fillText(shortened(lane.name, gutter - indent - 12), indent + 2, top + rowHeight / 2 + 4);
}

function label(words, left, right, baseline, colour, size) {
  context.font = `${size} system-ui, sans-serif`;
  context.textAlign = "left";
  context.fillStyle = colour;
  const from = Math.max(left, gutter + 4);
  const fitting = shortened(words, right - from);
  if (fitting.length > 1) context.fillText(fitting, from, baseline);
}

function shortened(words, room) {
  if (context.measureText(words).width <= room) return words;
  let length = words.length;
  while (length > 0 && context.measureText(`${words.slice(0, length)}…`).width > room) length -= 1;
  return length === 0 ? "" : `${words.slice(0, length)}…`;
}

function drawArrows() {
  const { arrows } = data;
  const visible = [];
  for (let i = 0; i < arrows.length; i += 6) {
    if (shown.arrows.has(arrows[i]) && arrows[i + 4] >= shown.from && arrows[i + 2] <= shown.to) visible.push(i);
  }
  const every = Math.ceil(visible.length / mostArrows);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width() - gutter, canvas.clientHeight);
  context.clip();
  context.lineWidth = 1.3;
  context.globalAlpha = visible.length > 150 ? 0.45 : 0.8;
  visible.forEach((i, n) => {
    if (n % every === 0) drawArrow(arrows[i], arrows[i + 1], arrows[i + 2], arrows[i + 3], arrows[i + 4]);
  });
  context.restore();
}

function drawArrow(kind, from, sentAt, to, receivedAt) {
  const isDown = to > from;
  const [x1, x2] = [x(sentAt), x(receivedAt)];
  const middle = rowHeight / 2;
  const [y1, y2] = [y(from) + middle + (isDown ? 8 : -8), y(to) + middle + (isDown ? -9 : 9)];
  const bend = clamp(Math.abs(x2 - x1) / 2, 6, 60);
  context.strokeStyle = shown.colours[arrowColours[kind]];
  context.fillStyle = context.strokeStyle;
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo(
    x1 + bend * 0.2,
    y1 + (isDown ? bend : -bend),
    x2 - bend * 0.2,
    y2 - (isDown ? bend : -bend),
    x2,
    y2,
  );
  context.stroke();
  context.beginPath();
  context.moveTo(x2, y2);
  context.lineTo(x2 - 3.5, y2 - (isDown ? 7 : -7));
  context.lineTo(x2 + 3.5, y2 - (isDown ? 7 : -7));
  context.fill();
}

function drawHead(height) {
  if (shown.now < shown.from || shown.now > shown.to) return;
  context.strokeStyle = shown.colours.head;
  context.fillStyle = shown.colours.head;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x(shown.now), axisHeight - 8);
  context.lineTo(x(shown.now), height);
  context.stroke();
  context.beginPath();
  context.arc(x(shown.now), axisHeight - 8, 4, 0, 7);
  context.fill();
}
