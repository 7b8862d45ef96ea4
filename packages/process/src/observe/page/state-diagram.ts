/** The nodes of the diagram, with their centres. */
const nodes = {
  new: { x: 70, y: 60, label: "new" },
  ready: { x: 260, y: 60, label: "ready" },
  running: { x: 480, y: 60, label: "running" },
  waiting: { x: 370, y: 190, label: "waiting" },
  zombie: { x: 680, y: 60, label: "zombie" },
  terminated: { x: 680, y: 190, label: "terminated" },
} as const;

const [halfWidth, halfHeight] = [64, 34];

/** The transitions: where the arrow is drawn, and its label. */
const edges: readonly (readonly [id: string, path: string, label: string, x: number, y: number])[] = [
  ["new-ready", "M134 60 H190", "start", 163, 48],
  ["ready-running", "M324 48 H410", "dispatch", 367, 38],
  ["running-ready", "M416 74 H330", "no processor", 368, 92],
  ["running-waiting", "M466 94 L418 150", "wait", 478, 132],
  ["waiting-ready", "M324 156 L280 100", "event", 264, 138],
  ["running-zombie", "M544 60 H610", "exit", 578, 48],
  ["zombie-terminated", "M680 94 V150", "join", 706, 126],
];

/**
 * The textbook's diagram of process states, as SVG. The page's script counts the processes in each state at the
 * playhead, and lights the transitions that happen there.
 */
export function stateDiagram(): string {
  const arrows = edges.map(
    ([id, path, label, x, y]) =>
      `<g class="edge" id="edge-${id}"><path d="${path}" marker-end="url(#head)"/><text class="label" x="${x}" y="${y}">${label}</text></g>`,
  );
  const states = Object.entries(nodes).map(
    ([id, { x, y, label }]) =>
      `<g class="node" id="node-${id}" data-x="${x}" data-y="${y}"><rect x="${x - halfWidth}" y="${y - halfHeight}" width="${halfWidth * 2}" height="${halfHeight * 2}" rx="34"/>` +
      `<text class="name" x="${x}" y="${y - 8}">${label}</text><text class="count" x="${x}" y="${y + 22}">0</text></g>`,
  );
  return [
    '<svg class="states" viewBox="0 0 760 262" role="img" aria-label="The states of a process: how many processes are in each at the playhead">',
    '<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
    ...arrows,
    ...states,
    '<g id="dots"></g></svg>',
  ].join("\n");
}
