// Moves the playhead and the view by keyboard, mouse and buttons.
import { clamp, data, describe, element, end, readColours, shown } from "./model.js";
import { changes, drawStates, makeDots } from "./states.js";
import { axisHeight, canvas, drawTimeline, isTime, rowHeight, timeAt, width, y } from "./timeline.js";

const [timeline, tip, head, play] = ["timeline", "tip", "playhead", "play"].map(element);

let isQueued = false;
function render() {
  if (isQueued) return;
  isQueued = true;
  requestAnimationFrame(() => {
    isQueued = false;
    renderNow();
  });
}

function renderNow() {
  drawTimeline();
  drawStates();
  head.value = String((shown.now / end) * 10_000);
  element("time").textContent = format(shown.now);
}

function moveTo(time) {
  shown.now = clamp(time, 0, end);
  if (shown.now < shown.from || shown.now > shown.to) pan(shown.now - (shown.from + shown.to) / 2);
  render();
}

function pan(by) {
  const span = shown.to - shown.from;
  const from = clamp(shown.from + by, 0, end - span);
  Object.assign(shown, { from, to: from + span });
  render();
}

function zoom(factor, around = shown.now) {
  const span = clamp((shown.to - shown.from) * factor, Math.min(20, end), end);
  const share = clamp((around - shown.from) / (shown.to - shown.from), 0, 1);
  const from = clamp(around - share * span, 0, end - span);
  Object.assign(shown, { from, to: from + span });
  render();
}

function fit() {
  Object.assign(shown, { from: 0, to: end });
  render();
}

let playing;
function togglePlay() {
  const isPlaying = playing === undefined;
  play.textContent = isPlaying ? "Pause" : "Play";
  play.setAttribute("aria-pressed", String(isPlaying));
  if (!isPlaying) {
    cancelAnimationFrame(playing);
    playing = undefined;
    return;
  }
  if (shown.now >= shown.to) shown.now = shown.from;
  let before = performance.now();
  const step = (at) => {
    shown.now += ((at - before) / 12_000) * (shown.to - shown.from);
    before = at;
    if (shown.now >= shown.to) {
      shown.now = shown.to;
      togglePlay();
    } else playing = requestAnimationFrame(step);
    render();
  };
  playing = requestAnimationFrame(step);
}

function choose(index) {
  shown.lane = clamp(index, 0, data.lanes.length - 1);
  element("detail").textContent = describe(shown.lane, shown.now);
  render();
}

function jump(direction) {
  const times = changes[shown.lane].map(({ at }) => at);
  const next =
    direction > 0 ? times.find((at) => at > shown.now + 0.05) : times.findLast((at) => at < shown.now - 0.05);
  if (next !== undefined) moveTo(next);
  choose(shown.lane);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = (shown.to - shown.from) / 100;
  const actions = {
    ArrowLeft: () => (event.shiftKey ? pan(-step * 10) : moveTo(shown.now - step)),
    ArrowRight: () => (event.shiftKey ? pan(step * 10) : moveTo(shown.now + step)),
    ArrowUp: () => choose(shown.lane - 1),
    ArrowDown: () => choose(shown.lane + 1),
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    0: fit,
    " ": togglePlay,
    n: () => jump(1),
    p: () => jump(-1),
    Home: () => moveTo(0),
    End: () => moveTo(end),
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
  if (event.key.startsWith("Arrow")) element("detail").textContent = describe(shown.lane, shown.now);
}

let drag;
function place(event) {
  const box = canvas.getBoundingClientRect();
  return { px: event.clientX - box.left, lane: Math.floor((event.clientY - box.top - axisHeight) / rowHeight) };
}

canvas.addEventListener("pointerdown", (event) => {
  drag = { ...place(event), from: shown.from, isMoved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  const { px, lane } = place(event);
  if (drag !== undefined) {
    drag.isMoved ||= Math.abs(px - drag.px) > 4;
    canvas.classList.toggle("moving", drag.isMoved);
    const scale = (shown.to - shown.from) / (width() - 158);
    if (drag.isMoved) pan(drag.from - (px - drag.px) * scale - shown.from);
    return;
  }
  tip.hidden = lane < 0 || lane >= data.lanes.length || !isTime(px);
  if (tip.hidden) return;
  tip.textContent = describe(lane, timeAt(px));
  tip.style.left = `${clamp(px + 12, 0, Math.max(0, width() - 330))}px`;
  tip.style.top = `${y(lane) + rowHeight + 4}px`;
});
canvas.addEventListener("pointerup", (event) => {
  const { px, lane } = place(event);
  if (drag !== undefined && !drag.isMoved) {
    if (isTime(px)) moveTo(timeAt(px));
    if (lane >= 0 && lane < data.lanes.length) choose(lane);
  }
  drag = undefined;
  canvas.classList.remove("moving");
});
canvas.addEventListener("pointerleave", () => {
  tip.hidden = true;
});
canvas.addEventListener("dblclick", (event) => zoom(0.4, timeAt(place(event).px)));
canvas.addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey || event.metaKey) zoom(1.002 ** event.deltaY, timeAt(place(event).px));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
      pan(((event.deltaX || event.deltaY) / width()) * (shown.to - shown.from));
    else return;
    event.preventDefault();
  },
  { passive: false },
);
timeline.addEventListener("keydown", onKey);
head.addEventListener("input", () => moveTo((Number(head.value) / 10_000) * end));
play.addEventListener("click", togglePlay);
element("in").addEventListener("click", () => zoom(0.5));
element("out").addEventListener("click", () => zoom(2));
element("fit").addEventListener("click", fit);
for (const box of document.querySelectorAll("[data-arrow]")) {
  box.addEventListener("change", () => {
    const kind = Number(box.dataset.arrow);
    if (box.checked) shown.arrows.add(kind);
    else shown.arrows.delete(kind);
    render();
  });
}
const recolour = () => {
  readColours();
  renderNow();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
matchMedia("print").addEventListener("change", recolour);
window.addEventListener("beforeprint", recolour);
window.addEventListener("afterprint", recolour);
new ResizeObserver(render).observe(timeline);
makeDots();
recolour();
