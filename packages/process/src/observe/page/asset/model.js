// What the page of a trace shows, and how it reads it.
export const data = JSON.parse(document.getElementById("data").textContent);
export const kinds = ["new", "ready", "computing", "gc", "lock", "queue", "message", "child", "idle", "zombie"];
export const states = ["new", "ready", "running", "waiting", "zombie", "terminated"];
export const stateOfKind = [0, 1, 2, 2, 3, 3, 3, 3, 3, 4];
const words = {
  computing: "runs",
  gc: "collects garbage",
  idle: "is idle",
  new: "is new",
  ready: "is ready",
  zombie: "is a zombie",
};
export const end = Math.max(data.end, 1);
/** What is shown: a range of time, the playhead, the chosen lane, the colours of the theme. */
export const shown = { from: 0, to: end, now: end * 0.5, lane: 0, arrows: new Set([0, 1, 2, 3, 4, 5]), colours: {} };

export const element = (id) => document.getElementById(id);
export const text = (index) => data.texts[index] ?? "";
export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = [...kinds, "ink", "faint", "rule", "card", "head", "task"];
  shown.colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** The index of the stretch of a lane at a time: the last that begins before it; −1 for none. */
export function stretchAt({ stretches }, time) {
  let [low, high] = [0, stretches.length / 4];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle * 4] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** 0 … 5 as in `states`; −1 before the process was made. */
export function stateAt(lane, time) {
  const at = stretchAt(lane, time);
  if (at < 0) return -1;
  return lane.stretches[at * 4 + 1] < time && at === lane.stretches.length / 4 - 1
    ? 5
    : stateOfKind[lane.stretches[at * 4 + 2]];
}

export function format(us) {
  if (us >= 1e6) return `${(us / 1e6).toFixed(3)} s`;
  return us >= 1000 ? `${(us / 1000).toFixed(us < 1e5 ? 2 : 1)} ms` : `${us.toFixed(0)} µs`;
}

/** A process at a time, in words. */
export function describe(index, time) {
  const lane = data.lanes[index];
  const at = stretchAt(lane, time);
  if (at < 0 || stateAt(lane, time) === 5) return `${lane.name}: ${lane.about}`;
  const [begin, finish, kind, subject] = lane.stretches.slice(at * 4, at * 4 + 4);
  const task = taskAt(lane, time);
  const what =
    text(subject) === "" ? (words[kinds[kind]] ?? `waits for a ${kinds[kind]}`) : `waits for ${text(subject)}`;
  const running =
    task === undefined
      ? ""
      : `, task ${text(lane.tasks[task + 2])} of ${lane.tasks[task + 3]} item(s), ${format(lane.tasks[task + 1] - lane.tasks[task])}`;
  return `${lane.name} ${what}, ${format(finish - begin)} from ${format(begin)}${running}. ${lane.about}`;
}

function taskAt({ tasks }, time) {
  for (let i = 0; i < tasks.length; i += 4) if (tasks[i] <= time && time <= tasks[i + 1]) return i;
  return undefined;
}
