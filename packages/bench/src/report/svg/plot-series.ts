import { element, hint, textElement } from "./svg.ts";

const colours = 8;
/** Outlines of about equal area around the origin: circle, square, triangle, diamond, triangle down, plus, cross. */
const shapes = [
  "M-3.4,0A3.4,3.4 0 1 1 3.4,0A3.4,3.4 0 1 1 -3.4,0Z",
  "M-3,-3H3V3H-3Z",
  "M0,-4L3.8,3H-3.8Z",
  "M0,-4.4L4.4,0L0,4.4L-4.4,0Z",
  "M0,4L3.8,-3H-3.8Z",
  "M-1.3,-4H1.3V-1.3H4V1.3H1.3V4H-1.3V1.3H-4V-1.3H-1.3Z",
  "M-3.8,-2L-2,-3.8L0,-1.8L2,-3.8L3.8,-2L1.8,0L3.8,2L2,3.8L0,1.8L-2,3.8L-3.8,2L-1.8,0Z",
] as const;

/**
 * The line of a series. Its number selects the colour; the mark or the dashes distinguish it from others too.
 *
 * @param words the tooltip. Default: none, as in a legend.
 */
export function seriesLine(at: number, path: string, dashed = false, words?: string): string {
  return element(
    "path",
    { class: `series c${at % colours}`, d: path, "stroke-dasharray": dashed ? "5 3" : undefined },
    ...hints(words),
  );
}

/** A mark of a series: eight colours and seven shapes, so that 56 series differ. `words` is its tooltip. */
export function seriesMark(at: number, x: number, y: number, words?: string): string {
  const shape = shapes[at % shapes.length] as string;
  return element(
    "path",
    { class: `mark c${at % colours}`, d: shape, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
    ...hints(words),
  );
}

function hints(words: string | undefined): string[] {
  return words === undefined ? [] : [hint(words)];
}

/** The name of a series beside a piece of its line with its mark. */
export function seriesName(at: number, x: number, y: number, name: string, dashed = false, most = 22): string {
  return (
    seriesLine(at, `M${x},${y}H${x + 24}`, dashed) +
    seriesMark(at, x + 12, y) +
    textElement(x + 30, y + 4, shorten(name, most))
  );
}

/** Shortens a name for a picture. The tables show the whole name. */
export function shorten(name: string, most = 22): string {
  const letters = [...name];
  return letters.length <= most ? name : `${letters.slice(0, most - 1).join("")}…`;
}

/**
 * Moves positions apart until none is closer than `gap` to the next. Keeps their order, and stays near the old
 * positions.
 *
 * @param least the smallest position allowed. The largest may exceed `most` when there is no room.
 */
export function spread(places: readonly number[], gap: number, least: number, most: number): number[] {
  const order = places.map((place, at) => ({ place, at })).sort((one, two) => one.place - two.place);
  let below = least - gap;
  for (const one of order) {
    one.place = Math.max(one.place, below + gap);
    below = one.place;
  }
  let above = Math.max(most, least + (order.length - 1) * gap) + gap;
  for (const one of order.reverse()) {
    one.place = Math.min(one.place, above - gap);
    above = one.place;
  }
  const moved = new Array<number>(places.length).fill(0);
  for (const { place, at } of order) moved[at] = place;
  return moved;
}

/** Which positions have room: the last always, the others when they keep `gap` to the next one. */
export function thinned(places: readonly number[], gap: number): boolean[] {
  let next = Number.POSITIVE_INFINITY;
  return places
    .toReversed()
    .map((place) => {
      const room = next - place >= gap;
      if (room) next = place;
      return room;
    })
    .toReversed();
}
