/** The nodes of the diagram, with their centres. */
const nodes = {
  new: { x: 85, y: 56 },
  ready: { x: 320, y: 56 },
  running: { x: 555, y: 56 },
  waiting: { x: 320, y: 216 },
  zombie: { x: 555, y: 216 },
  terminated: { x: 85, y: 216 },
} as const;

/** Half of the size of a node. The page's script draws a dot for each process in its lower part. */
const [halfWidth, halfHeight] = [66, 42];

/** The transitions: where the arrow is drawn, and its label. */
const edges: readonly (readonly [id: string, path: string, label: string, x: number, y: number])[] = [
  ["new-ready", "M151 56 H248", "start", 200, 46],
  ["ready-running", "M386 42 H483", "dispatch", 436, 32],
  ["running-ready", "M489 72 H392", "preempt", 438, 90],
  ["running-waiting", "M510 98 L386 178", "wait", 482, 150],
  ["waiting-ready", "M320 174 V104", "event", 280, 142],
  ["running-zombie", "M555 98 V168", "exit", 590, 138],
  ["zombie-terminated", "M555 258 V276 Q555 288 543 288 H97 Q85 288 85 276 V264", "join", 320, 281],
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
    ([id, { x, y }]) =>
      `<g class="node" id="node-${id}" data-x="${x}" data-y="${y}"><rect x="${x - halfWidth}" y="${y - halfHeight}" width="${halfWidth * 2}" height="${halfHeight * 2}" rx="20"/>` +
      `<text class="name" x="${x}" y="${y - 18}">${id} <tspan class="count">0</tspan></text></g>`,
  );
  return [
    '<svg class="states" viewBox="12 6 616 288" role="img" aria-label="The states of a process: how many processes are in each at the playhead">',
    '<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
    ...arrows,
    ...states,
    '<g id="dots"></g></svg>',
  ].join("\n");
}
