import { line } from "d3-shape";

/** An attribute's value; `undefined` leaves the attribute out. */
type Attribute = string | number | undefined;

/** Escapes text for an element or a quoted attribute, since names come from users. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * One element as text. Numbers are rounded to two decimals, so that the same data gives the same bytes.
 *
 * @param content markup. Text must be escaped by `escapeMarkup` first.
 */
export function element(name: string, attributes: Record<string, Attribute>, ...content: readonly string[]): string {
  let opening = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    opening += ` ${key}="${typeof value === "number" ? decimal(value) : escapeMarkup(value)}"`;
  }
  return content.length === 0 ? `${opening}/>` : `${opening}>${content.join("")}</${name}>`;
}

/** A text element. */
export function textElement(x: number, y: number, text: string, attributes: Record<string, Attribute> = {}): string {
  return element("text", { x, y, ...attributes }, escapeMarkup(text));
}

/** A tooltip; the first child of the element that it describes. */
export function hint(words: string): string {
  return element("title", {}, escapeMarkup(words));
}

/** Formats a number with at most two decimals. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A path of straight lines through the points. */
export function pathThrough(points: readonly (readonly [number, number])[]): string {
  return line().digits(1)(points as [number, number][]) ?? "";
}
