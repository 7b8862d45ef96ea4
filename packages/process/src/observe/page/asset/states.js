// Draws the diagram of states at the playhead.
import { data, element, end, kinds, shown, stateAt, stateOfKind, states, stretchAt } from "./model.js";

const edges = [
  "new-ready",
  "ready-running",
  "running-ready",
  "running-waiting",
  "waiting-ready",
  "running-zombie",
  "zombie-terminated",
];
const labels = Object.fromEntries(edges.map((id) => [id, element(`edge-${id}`).querySelector("text").textContent]));

/** The transitions that a change of state takes. The scheduler's part between event and dispatch is not recorded. */
function transitions(before, after) {
  const between = `${states[before]}-${states[after]}`;
  if (between === "waiting-running") return ["waiting-ready", "ready-running"];
  if (between === "waiting-zombie") return ["waiting-ready", "ready-running", "running-zombie"];
  return edges.includes(between) ? [between] : [];
}

/** The changes of state of each process. */
export const changes = data.lanes.map((lane) => {
  const { stretches } = lane;
  const found = [];
  for (let i = 4; i < stretches.length; i += 4) {
    const [before, after] = [stateOfKind[stretches[i - 2]], stateOfKind[stretches[i + 2]]];
    if (before !== after) found.push({ at: stretches[i], edges: transitions(before, after) });
  }
  const last = stretches.length - 4;
  if (stretches[last + 2] === 9 && stretches[last + 1] < end)
    found.push({ at: stretches[last + 1], edges: ["zombie-terminated"] });
  return found;
});

export function drawStates() {
  const inState = states.map(() => []);
  data.lanes.forEach((lane, index) => {
    const state = stateAt(lane, shown.now);
    if (state >= 0) inState[state].push(index);
  });
  const glow = Math.min((shown.to - shown.from) * 0.012, 30_000);
  const counts = Object.fromEntries(edges.map((id) => [id, 0]));
  const lit = new Set();
  for (const lane of changes) {
    for (const { at, edges } of lane) {
      if (at > shown.now) break;
      for (const id of edges) {
        counts[id] += 1;
        if (at > shown.now - glow) lit.add(id);
      }
    }
  }
  for (const id of edges) {
    const edge = element(`edge-${id}`);
    edge.classList.toggle("lit", lit.has(id));
    edge.querySelector("text").textContent = counts[id] === 0 ? labels[id] : `${labels[id]} ${counts[id]}`;
  }
  for (const [index, state] of states.entries()) drawState(state, inState[index]);
}

// Where the dots of a node begin below its centre, the space that they have, and the largest space of one.
const [dotsTop, dotsWidth, dotsHeight, largestDot] = [-8, 112, 44, 16];

/** The largest dots of which so many fit into a node. */
function dotGrid(count) {
  let size = largestDot;
  while (Math.floor(dotsWidth / size) * Math.floor(dotsHeight / size) < count) size -= 0.5;
  return { size, columns: Math.floor(dotsWidth / size) };
}

function drawState(state, members) {
  const node = element(`node-${state}`);
  node.classList.toggle("on", members.length > 0);
  node.querySelector(".count").textContent = String(members.length);
  const { x: centreX, y: centreY } = node.dataset;
  const { size, columns } = dotGrid(members.length);
  members.forEach((lane, place) => {
    const dot = element("dots").children[lane];
    const row = Math.floor(place / columns);
    const inRow = Math.min(columns, members.length - row * columns);
    const left = Number(centreX) + ((place % columns) - (inRow - 1) / 2) * size;
    const top = Number(centreY) + dotsTop + (row + 0.5) * size;
    dot.style.transform = `translate(${left}px, ${top}px) scale(${size / largestDot})`;
    dot.style.opacity = "1";
    const kind = data.lanes[lane].stretches[stretchAt(data.lanes[lane], shown.now) * 4 + 2];
    dot.style.fill = state === "terminated" ? shown.colours.zombie : shown.colours[kinds[kind]];
    dot.classList.toggle("chosen", lane === shown.lane);
  });
}

export function makeDots() {
  element("dots").innerHTML = data.lanes
    .map(() => '<circle r="6" style="opacity: 0"><title></title></circle>')
    .join("");
  data.lanes.forEach(({ name }, i) => {
    element("dots").children[i].querySelector("title").textContent = name;
  });
}
