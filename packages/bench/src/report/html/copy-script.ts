/**
 * The script of a page: adds a button to each picture that copies it as SVG, and to each table that copies it as CSV.
 * Without scripts the page lacks the buttons only.
 */
export const copyScript = `<script>
for (const box of document.querySelectorAll("figure > .scroll, .scroll:has(table)")) {
  const svg = box.querySelector("svg");
  const table = box.querySelector("table");
  const button = document.createElement("button");
  const name = svg ? "copy SVG" : "copy CSV";
  button.type = "button";
  button.className = "copy";
  button.textContent = name;
  button.setAttribute("aria-label", name + " of " + box.getAttribute("aria-label"));
  button.onclick = async () => {
    await navigator.clipboard.writeText(svg ? svgText(svg) : csvText(table));
    button.textContent = "copied";
    setTimeout(() => { button.textContent = name; }, 1500);
  };
  box.after(button);
}
function svgText(svg) {
  const copy = svg.cloneNode(true);
  const style = document.createElementNS(copy.namespaceURI, "style");
  style.textContent = document.querySelector("style").textContent;
  copy.prepend(style);
  return new XMLSerializer().serializeToString(copy);
}
function csvText(table) {
  const field = (cell) => /[",\\n]/.test(cell.textContent) ? '"' + cell.textContent.replaceAll('"', '""') + '"' : cell.textContent;
  return [...table.rows].map((row) => [...row.cells].map(field).join(",")).join("\\r\\n") + "\\r\\n";
}
</script>`;
